import type { Plan } from '@cmp/shared/changes';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { Section } from '#components/section.tsx';
import { UndoButton } from '#components/undo-button.tsx';
import { changeById } from '#lib/changes.ts';
import type { ImportSubject } from '#lib/plans.ts';
import { useCan } from '#lib/session.ts';

/** What the import came to, the way to see it, and the way back. */
export function ImportDone({ plan, subject }: { plan: Plan; subject: ImportSubject }) {
  const { t } = useTranslation();
  const can = useCan();
  const { serverId } = subject;
  const { counts, changeId } = plan;
  const mayRead = can('changes:list', serverId);
  const { data: change } = useQuery({
    ...changeById(changeId ?? 0),
    enabled: changeId !== null && mayRead,
  });
  const undoneBy = change?.undoneByChangeId ?? null;
  const told = (['added', 'changed', 'removed', 'unchanged', 'errors'] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => t(`sheets.done.${kind}`, { count: counts[kind] }));

  return (
    <div className="max-w-[720px]">
      <Section
        title={t(undoneBy === null ? 'sheets.doneTitle' : 'sheets.revertedTitle')}
        text={<span role="status">{told.join(' · ')}</span>}
      >
        {undoneBy === null ? null : <p>{t('sheets.reverted', { id: undoneBy })}</p>}
        <div className="flex flex-wrap gap-2">
          <ButtonLink tone="primary" to={`/servers/${serverId}`}>
            {t('sheets.view')}
          </ButtonLink>
          {changeId !== null && undoneBy === null && can('changes:undo', serverId) ? (
            <UndoButton changeId={changeId} text={t('sheets.revert')} />
          ) : null}
          {changeId !== null && mayRead ? (
            <ButtonLink to={`/audit?change=${changeId}`}>{t('sheets.log')}</ButtonLink>
          ) : null}
          <ButtonLink to={`/servers/${serverId}/import`}>{t('sheets.another')}</ButtonLink>
        </div>
      </Section>
    </div>
  );
}
