import { X } from 'lucide-react';
import type { ReactNode } from 'react';

/** A filter in force, and the way to lift it. */
export function Chip({
  text,
  liftLabel,
  onLift,
}: {
  text: ReactNode;
  liftLabel: string;
  onLift: () => void;
}) {
  return (
    <span className="inline-flex min-h-control items-center rounded-control bg-accent-wash pl-3 font-[550] text-accent-ink">
      {text}
      <button
        type="button"
        aria-label={liftLabel}
        onClick={onLift}
        className="ml-1 grid size-control place-items-center rounded-control hover:bg-accent hover:text-on-accent"
      >
        <X aria-hidden size={13} strokeWidth={2.25} />
      </button>
    </span>
  );
}
