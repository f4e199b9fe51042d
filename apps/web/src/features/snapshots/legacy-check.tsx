import type { Plan, PlanEntry } from '@cmp/shared/changes';
import type { LegacySubject } from '@cmp/shared/legacy';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureNote } from '#components/failure-note.tsx';
import { PlanRows } from '#components/plan-rows.tsx';
import { Section } from '#components/section.tsx';
import { Segments } from '#components/segments.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { isKey } from '#lib/is-key.ts';
import { entriesOfPlan } from '#lib/plans.ts';
import { en } from '#locales/en.ts';
import { LegacyCommit } from './legacy-commit.tsx';

const kinds = ['error', 'added', 'changed', 'unchanged', 'skipped'] as const;
type Kind = (typeof kinds)[number];

/** What an older portal's snapshot would bring, and what of it cannot be taken. */
export function LegacyCheck({ plan, subject }: { plan: Plan; subject: LegacySubject }) {
  const { t } = useTranslation();
  const count = (kind: Kind) => (kind === 'error' ? plan.counts.errors : plan.counts[kind]);
  const shown = kinds.filter((kind) => count(kind) > 0);
  const [chosen, choose] = useState<Kind>();
  const kind = chosen ?? shown[0];
  return (
    <div className="grid gap-8">
      <Section
        title={t('snapshots.legacyTitle')}
        text={
          <span translate="no">
            {t('snapshots.legacyOf', {
              file: subject.fileName,
              type: subject.type ?? t('snapshots.legacyUntyped'),
            })}
          </span>
        }
      >
        {kind ? (
          <>
            <div className="overflow-x-auto">
              <Segments
                label={t('sheets.kinds')}
                value={kind}
                options={shown.map((one) => ({
                  value: one,
                  text: t(`sheets.kind.${one}`),
                  count: count(one),
                }))}
                onChange={choose}
              />
            </div>
            {kind === 'error' || kind === 'skipped' ? (
              <Told key={kind} planId={plan.id} kind={kind} />
            ) : (
              <PlanRows key={kind} planId={plan.id} kind={kind} />
            )}
          </>
        ) : null}
      </Section>
      <LegacyCommit plan={plan} />
    </div>
  );
}

/** Rows that are not taken, each with why: nobody guesses in their place. */
function Told({ planId, kind }: { planId: number; kind: 'error' | 'skipped' }) {
  const { t } = useTranslation();
  const rows = useInfiniteQuery(entriesOfPlan(planId, kind, 500));
  if (rows.error && !rows.data)
    return <FailureNote error={rows.error} onRetry={() => void rows.refetch()} />;
  if (!rows.data) return <SkeletonRows rows={4} columns={['w-24', 'w-40', 'w-64']} />;
  const entries = rows.data.pages.flatMap(({ items }) => items);
  return (
    <>
      {kind === 'error' ? <p className="text-ink-2">{t('snapshots.legacyErrorsText')}</p> : null}
      <ul className="rounded-panel border border-line bg-surface px-4">
        {entries.map((entry) => (
          <li
            key={entry.ordinal}
            className="grid grid-cols-[6rem_minmax(8rem,14rem)_minmax(0,1fr)] gap-x-3 border-line border-b py-2 last:border-b-0 touch:grid-cols-[minmax(0,1fr)]"
          >
            <span className="text-ink-3">
              {tableName(entry)}
              {entry.fileRow === null ? '' : ` ${entry.fileRow}`}
            </span>
            <span translate="no" className="wrap-anywhere font-semibold">
              {entry.name || '—'}
            </span>
            <span className="grid gap-0.5">
              {entry.errors.map((issue) => (
                <span key={`${issue.column} ${issue.code}`}>
                  <span translate="no" className="font-mono text-[0.8125rem]">
                    {issue.column}
                  </span>{' '}
                  {t(`sheets.issue.${isKey(en.sheets.issue, issue.code) ? issue.code : 'other'}`)}
                  <span className="text-ink-2">
                    {` · ${t('sheets.accepted', { accepted: issue.accepted })}`}
                  </span>
                </span>
              ))}
              <Why reason={entry.reason ?? ''} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );

  function tableName({ table }: PlanEntry): string {
    return isKey(en.snapshots.tableOf, table) ? t(`snapshots.tableOf.${table}`) : table;
  }
}

function Why({ reason }: { reason: string }) {
  const { t } = useTranslation();
  if (!isKey(en.snapshots.legacySkip, reason)) return null;
  return <span className="text-ink-2">{t(`snapshots.legacySkip.${reason}`)}</span>;
}
