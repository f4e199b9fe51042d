import type { Plan } from '@cmp/shared/changes';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { CopyButton } from '#components/copy-button.tsx';
import { Section } from '#components/section.tsx';
import { UndoButton } from '#components/undo-button.tsx';
import { momentInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { passwordsOfPlan } from './snapshots.queries.ts';

/** What was brought in, and the one-time passwords of the accounts among it. */
export function LegacyDone({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const zone = useSiteZone();
  const { data: passwords } = useQuery(passwordsOfPlan(plan.id));
  const [first] = passwords?.items ?? [];
  const { changeId, counts } = plan;
  return (
    <div className="grid max-w-[720px] gap-8">
      <Section
        title={t('snapshots.legacyDone')}
        text={
          <span role="status">
            {t('sheets.done.added', { count: counts.added })}
            {counts.changed > 0 ? ` · ${t('sheets.done.changed', { count: counts.changed })}` : ''}
            {counts.errors > 0 ? ` · ${t('sheets.done.errors', { count: counts.errors })}` : ''}
          </span>
        }
      >
        <div className="flex flex-wrap gap-2">
          <ButtonLink tone="primary" to="/servers">
            {t('snapshots.toServers')}
          </ButtonLink>
          {changeId === null ? null : (
            <UndoButton changeId={changeId} text={t('snapshots.revert')} />
          )}
        </div>
      </Section>
      {passwords && first ? (
        <Section
          title={t('snapshots.oneTime')}
          text={t('snapshots.oneTimeText', { until: momentInWords(first.expiresAt, zone) })}
        >
          <ul className="rounded-panel border border-line bg-surface px-4">
            {passwords.items.map(({ username, oneTimePassword }) => (
              <li
                key={username}
                className="flex flex-wrap items-center justify-between gap-3 border-line border-b py-2 last:border-b-0"
              >
                <span translate="no" className="font-semibold">
                  {username}
                </span>
                <span className="flex items-center gap-3">
                  <code translate="no" className="select-all font-mono">
                    {oneTimePassword}
                  </code>
                  <CopyButton text={oneTimePassword} label={t('accounts.copyPassword')} />
                </span>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
    </div>
  );
}
