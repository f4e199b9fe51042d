import type { Plan } from '@cmp/shared/changes';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { FailureNote } from '#components/failure-note.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { entriesOfPlan } from '#lib/plans.ts';
import { groupIssues } from './issue-groups.ts';
import { IssueList } from './issue-list.tsx';
import { saveSheet } from './spreadsheets.queries.ts';

const mostRead = 500;

/** The rows that cannot be read, by what is wrong with them, and as a workbook to mend. */
export function ErrorPanel({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const rows = useInfiniteQuery(entriesOfPlan(plan.id, 'error', mostRead));
  const download = useMutation(saveSheet);
  if (rows.error && !rows.data) {
    return <FailureNote error={rows.error} onRetry={() => void rows.refetch()} />;
  }
  if (!rows.data) return <SkeletonRows rows={2} columns={['w-48', 'w-24']} />;

  const groups = groupIssues(
    rows.data.pages.flatMap(({ items }) => items),
    'errors',
  );
  return (
    <div className="grid gap-3">
      <div>
        <h3 className="font-semibold">
          {t('sheets.errorsTitle', { count: plan.counts.errors })}
          <span className="font-normal text-ink-2">
            {' · '}
            {t('sheets.errorKinds', { count: groups.length })}
          </span>
        </h3>
        <p className="text-ink-2">{t('sheets.errorsText')}</p>
      </div>
      <IssueList groups={groups} sign="✕" />
      {rows.hasNextPage ? (
        <p className="text-ink-2">{t('sheets.errorsFirst', { count: mostRead })}</p>
      ) : null}
      <div>
        <Button
          disabled={download.isPending}
          onClick={() =>
            download.mutate({
              path: `/plans/${plan.id}/errors.xlsx`,
              name: 'rows with errors.xlsx',
            })
          }
        >
          <Download aria-hidden size={14} />
          {t('sheets.downloadErrors')}
        </Button>
      </div>
    </div>
  );
}
