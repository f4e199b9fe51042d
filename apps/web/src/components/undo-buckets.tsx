import type { Plan, PlanEntry } from '@cmp/shared/changes';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isKey } from '#lib/is-key.ts';
import { entriesOfPlan } from '#lib/plans.ts';
import { en } from '#locales/en.ts';

const mostRefused = 500;
const namedAtMost = 5;

/** What an undo would do, in three parts: set back, left because it was altered since, impossible. */
export function UndoBuckets({ plan, reversed }: { plan: Plan; reversed: number }) {
  const { t } = useTranslation();
  const { counts } = plan;
  const refused = useInfiniteQuery({
    ...entriesOfPlan(plan.id, 'refused', mostRefused),
    enabled: counts.refused > 0,
  });
  const { kept, impossible } = splitRefused(
    refused.data?.pages.flatMap(({ items }) => items) ?? [],
  );
  // What is not loaded is one or the other; most often it was altered since.
  const keptCount = refused.data ? counts.refused - impossible.length : counts.refused;
  const parts = (['changed', 'added', 'removed'] as const).filter((part) => counts[part] > 0);

  return (
    <ul className="mt-4 grid gap-3">
      <Bucket
        sign="↶"
        title={
          reversed > 0 ? t('audit.undoReversed', { count: reversed }) : t('audit.undoReversedNone')
        }
      >
        {parts.length > 0 ? (
          <p className="text-ink-2">
            {parts.map((part) => t(`audit.undoParts.${part}`, { count: counts[part] })).join(' · ')}
          </p>
        ) : null}
      </Bucket>
      {keptCount > 0 ? (
        <Bucket sign="=" title={t('audit.undoKept', { count: keptCount })}>
          <Refused entries={kept} total={keptCount} />
        </Bucket>
      ) : null}
      {impossible.length > 0 ? (
        <Bucket sign="✕" title={t('audit.undoImpossible', { count: impossible.length })}>
          <Refused entries={impossible} total={impossible.length} />
        </Bucket>
      ) : null}
    </ul>
  );
}

const alteredSince: readonly (string | null)[] = ['altered_since', 'order_altered_since'];

/** The rows an undo leaves: those that were altered since, and those that cannot be set back. */
export function splitRefused(entries: readonly PlanEntry[]): {
  kept: PlanEntry[];
  impossible: PlanEntry[];
} {
  const isKept = ({ reason }: PlanEntry) => alteredSince.includes(reason);
  return {
    kept: entries.filter(isKept),
    impossible: entries.filter((entry) => !isKept(entry)),
  };
}

function Bucket({ sign, title, children }: { sign: string; title: string; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-1">
      <span aria-hidden className="text-ink-3">
        {sign}
      </span>
      <div className="grid gap-0.5">
        <p className="font-[550]">{title}</p>
        {children}
      </div>
    </li>
  );
}

function Refused({ entries, total }: { entries: readonly PlanEntry[]; total: number }) {
  const { t } = useTranslation();
  const named = entries.slice(0, namedAtMost);
  const more = total - named.length;
  return (
    <ul className="grid gap-0.5 text-ink-2">
      {named.map(({ ordinal, name, rowId, reason }) => (
        <li key={ordinal}>
          <span translate="no">{name ?? rowId}</span>
          {reason && isKey(en.audit.refusal, reason) ? (
            <>
              {' — '}
              {t(`audit.refusal.${reason}`)}
            </>
          ) : null}
        </li>
      ))}
      {more > 0 ? <li>{t('audit.undoMore', { count: more })}</li> : null}
    </ul>
  );
}
