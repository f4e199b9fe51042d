interface RunwayProps {
  /** Days left; none or less is over. */
  daysLeft: number;
  /** What the bar says to those who cannot see it. */
  label: string;
  /** The days that fill the track. */
  fullDays?: number;
  /** Below this it turns amber. */
  soonDays?: number;
}

/** The time that is left, as a bar: the product's one scarce thing. */
export function Runway({ daysLeft, label, fullDays = 30, soonDays = 1 }: RunwayProps) {
  const over = daysLeft <= 0;
  const share = over ? 1 : Math.min(1, Math.max(0.03, daysLeft / fullDays));
  return (
    <span
      role="img"
      aria-label={label}
      data-bar
      className="inline-block h-1.5 w-[92px] shrink-0 overflow-hidden rounded-full bg-sunken shadow-[inset_0_0_0_1px_var(--line)]"
    >
      <span
        className={`block h-full origin-left rounded-full ${fillOf(over, daysLeft <= soonDays)}`}
        style={{ width: `${share * 100}%` }}
      />
    </span>
  );
}

function fillOf(over: boolean, soon: boolean): string {
  if (over) return 'runway-hatched';
  return soon ? 'bg-soon-fill' : 'runway-fill';
}
