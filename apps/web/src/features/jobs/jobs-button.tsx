import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { isRunning, jobList, shareOf } from '#lib/jobs.ts';

/** The way to the jobs: a ring, filled as far as what runs has come. */
export function JobsButton({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation();
  const { data: jobs } = useQuery(jobList);
  const running = jobs?.items.filter(isRunning) ?? [];
  const count = running.length;
  const [first] = running;
  const share = first ? (shareOf(first) ?? unknownShare) : 0;

  return (
    <button
      type="button"
      aria-label={count > 0 ? t('jobs.openRunning', { count }) : t('jobs.open')}
      title={count > 0 ? t('jobs.openRunning', { count }) : t('jobs.open')}
      aria-keyshortcuts="Control+J Meta+J"
      onClick={onOpen}
      className="grid size-8 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-ink touch:size-11"
    >
      <svg
        aria-hidden
        width="18"
        height="18"
        viewBox="0 0 18 18"
        fill="none"
        strokeWidth="2.25"
        className={first && shareOf(first) === undefined ? 'jobs-ring-turning' : ''}
      >
        <circle cx="9" cy="9" r="6.5" stroke="currentColor" opacity={count > 0 ? 0.25 : 0.7} />
        {count > 0 ? (
          <circle
            cx="9"
            cy="9"
            r="6.5"
            pathLength="100"
            strokeDasharray={`${Math.max(4, share * 100)} 100`}
            strokeLinecap="round"
            transform="rotate(-90 9 9)"
            className="stroke-accent"
          />
        ) : null}
      </svg>
    </button>
  );
}

/** A quarter that turns, where the end is not known. */
const unknownShare = 0.25;
