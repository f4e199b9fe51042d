import type { Server } from '@cmp/shared/servers';
import { useTranslation } from 'react-i18next';
import type { GrantDifference, Level } from './grants-draft.ts';

const mostNamed = 4;

/** "2 changes: TH-1 View → Manage; SG-1 no access", as the save bar says before anything is saved. */
export function useDifferencesInWords(
  servers: readonly Server[],
): (differences: readonly GrantDifference[]) => string {
  const { t } = useTranslation();
  const nameOf = new Map(servers.map((server) => [server.id, server.name]));
  const levelName = (level: Level) =>
    t(`accounts.${level === 'manage' ? 'levelManage' : 'levelView'}`);

  function inWords({ serverId, from, to, gained, lost }: GrantDifference): string {
    const server = nameOf.get(serverId) ?? `#${serverId}`;
    if (to === 'none') return t('accounts.changeLose', { server });
    if (from === 'none') return t('accounts.changeGain', { server, to: levelName(to) });
    if (from !== to) {
      return t('accounts.changeLevel', { server, from: levelName(from), to: levelName(to) });
    }
    const diff = [
      ...gained.map((action) => `+ ${t(`accounts.action.${action}`)}`),
      ...lost.map((action) => `− ${t(`accounts.action.${action}`)}`),
    ].join(', ');
    return t('accounts.changeActions', { server, diff });
  }

  return (differences) => {
    const named = differences.slice(0, mostNamed).map(inWords).join('; ');
    const rest = differences.length > mostNamed ? ' …' : '';
    return `${t('accounts.changes', { count: differences.length })} ${named}${rest}`;
  };
}
