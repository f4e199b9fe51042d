import type { Status } from '@cmp/shared/status';

interface TermRunwayProps {
  status: Status;
  /** How much of thirty days is left, from 0 to 1. */
  share: number;
  /** What the bar says to those who cannot see it; without it the words stand beside the bar. */
  label?: string;
  className?: string;
}

/** The time that is left of a term, as a bar of thirty days. It is moved, not sized, so that no layout follows. */
export function TermRunway({ status, share, label, className = 'w-[92px]' }: TermRunwayProps) {
  const filled = status === 'expired' || status === 'disabled' ? 1 : Math.max(0.03, share);
  return (
    <span
      data-bar
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
      className={`inline-block h-1.5 shrink-0 overflow-hidden rounded-full bg-sunken shadow-[inset_0_0_0_1px_var(--line)] ${className}`}
    >
      <span
        className={`runway-bar block h-full rounded-full ${fillOf[status]}`}
        style={{ transform: `translateX(${(filled - 1) * 100}%)` }}
      />
    </span>
  );
}

const fillOf: Record<Status, string> = {
  active: 'runway-fill',
  soon: 'bg-soon-fill',
  expired: 'runway-hatched',
  disabled: 'bg-off-fill opacity-60',
};
