import type { Plan } from '@cmp/shared/changes';
import type { RestoreSubject } from '@cmp/shared/snapshots';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { Section } from '#components/section.tsx';
import { UndoButton } from '#components/undo-button.tsx';

/** What the restore came to, and the way back where there is one. */
export function RestoreDone({ plan, subject }: { plan: Plan; subject: RestoreSubject }) {
  const { t } = useTranslation();
  const { changeId } = plan;
  const isMerge = subject.mode === 'merge';
  return (
    <div className="max-w-[720px]">
      <Section
        title={t('snapshots.doneTitle')}
        text={
          <span role="status">{t(isMerge ? 'snapshots.doneMerge' : 'snapshots.doneReplace')}</span>
        }
      >
        <div className="flex flex-wrap gap-2">
          <ButtonLink tone="primary" to="/snapshots">
            {t('snapshots.toSnapshots')}
          </ButtonLink>
          {changeId !== null && isMerge ? (
            <UndoButton changeId={changeId} text={t('snapshots.revert')} />
          ) : null}
          {changeId === null ? null : (
            <ButtonLink to={`/audit?change=${changeId}`}>{t('snapshots.log')}</ButtonLink>
          )}
        </div>
      </Section>
    </div>
  );
}
