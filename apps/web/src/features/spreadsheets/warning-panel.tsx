import type { Plan } from '@cmp/shared/changes';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { entriesOfPlan } from '#lib/plans.ts';
import { groupIssues } from './issue-groups.ts';
import { IssueList } from './issue-list.tsx';

const mostRead = 500;

/** What is doubtful in rows that can be imported. The API has no list of them, so the first rows of each kind are read. */
export function WarningPanel({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const added = useInfiniteQuery(entriesOfPlan(plan.id, 'added', mostRead));
  const changed = useInfiniteQuery(entriesOfPlan(plan.id, 'changed', mostRead));
  const unchanged = useInfiniteQuery(entriesOfPlan(plan.id, 'unchanged', mostRead));
  const failed = useInfiniteQuery(entriesOfPlan(plan.id, 'error', mostRead));
  const all = [added, changed, unchanged, failed];
  const groups = groupIssues(
    all.flatMap(({ data }) => data?.pages.flatMap(({ items }) => items) ?? []),
    'warnings',
  );
  return (
    <div className="grid gap-3">
      <div>
        <h3 className="font-semibold">
          {t('sheets.warningsTitle', { count: plan.counts.warnings })}
        </h3>
        <p className="text-ink-2">{t('sheets.warningsText')}</p>
      </div>
      {groups.length > 0 ? <IssueList groups={groups} sign="▲" /> : null}
      {all.some(({ hasNextPage }) => hasNextPage) ? (
        <p className="text-ink-2">{t('sheets.warningsFirst')}</p>
      ) : null}
    </div>
  );
}
