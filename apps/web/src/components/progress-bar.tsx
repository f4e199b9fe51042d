interface ProgressBarProps {
  label: string;
  /** From 0 to 1; undefined while nobody can know. */
  share: number | undefined;
}

/** How far something is. Without a known end it only says that it moves. */
export function ProgressBar({ label, share }: ProgressBarProps) {
  const percent = share === undefined ? undefined : Math.round(share * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-bar
      className="h-1.5 w-full overflow-hidden rounded-full bg-sunken shadow-[inset_0_0_0_1px_var(--line)]"
    >
      <span
        className={`block h-full rounded-full runway-fill transition-[width] ${percent === undefined ? 'progress-unknown w-1/3' : ''}`}
        style={percent === undefined ? undefined : { width: `${percent}%` }}
      />
    </div>
  );
}
