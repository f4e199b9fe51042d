import { Popover } from '@base-ui/react/popover';
import type { GrantedAction } from '@cmp/shared/permissions';
import type { Server } from '@cmp/shared/servers';
import { ChevronDown } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { tickShape } from '#components/check-field.tsx';
import { type GrantsDraft, possibleActions } from './grants-draft.ts';

interface AllowedActionsProps {
  server: Server;
  grant: ReturnType<GrantsDraft['get']>;
  onChange: (action: GrantedAction, allowed: boolean) => void;
}

/** What a grant allows, in a word; opened, action by action. */
export function AllowedActions({ server, grant, onChange }: AllowedActionsProps) {
  const { t } = useTranslation();
  if (!grant) return <span className="text-ink-3">—</span>;
  const possible = possibleActions(grant.level);
  const count = grant.actions.length;

  function inWords() {
    if (count === 0) return t('accounts.allowedRead');
    if (count === possible.length) {
      return t(
        grant?.level === 'manage' ? 'accounts.allowedEverything' : 'accounts.allowedReadExport',
      );
    }
    return t('accounts.allowedSome', { count, total: possible.length });
  }

  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={`${t('accounts.allowedEdit', { server: server.name })}: ${inWords()}`}
        className="-mx-2 inline-flex min-h-[26px] items-center gap-1.5 rounded-tag px-2 text-accent-ink hover:bg-accent-wash touch:min-h-11"
      >
        {inWords()}
        <ChevronDown aria-hidden size={14} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" className="z-30">
          <Popover.Popup className="w-64 rounded-bar border border-line bg-raised p-4 text-body shadow-float">
            <Popover.Title className="font-semibold">
              {t('accounts.allowedTitle', { server: server.name })}
            </Popover.Title>
            <Popover.Description className="mb-2 text-ink-3 text-label font-normal">
              {t('accounts.allowedText')}
            </Popover.Description>
            {possible.map((action) => (
              <label key={action} className="flex min-h-7 items-center gap-2.5 touch:min-h-11">
                <input
                  type="checkbox"
                  className={tickShape}
                  checked={grant.actions.includes(action)}
                  onChange={(event) => onChange(action, event.target.checked)}
                />
                {t(`accounts.action.${action}`)}
              </label>
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
