import type { ButtonHTMLAttributes } from 'react';

interface SwitchProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  on: boolean;
  label: string;
}

/** On or off, turned at once. */
export function Switch({ on, label, ...button }: SwitchProps) {
  return (
    <button
      {...button}
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      className="group relative inline-grid h-6 w-9 shrink-0 place-items-center rounded-full disabled:cursor-default touch:h-11 touch:w-11"
    >
      <span
        data-bar
        className="relative block h-[18px] w-8 rounded-full bg-off-fill transition-colors group-aria-checked:bg-accent group-disabled:opacity-60"
      >
        <span className="absolute top-0.5 left-0.5 block size-3.5 rounded-full bg-surface transition-transform group-aria-checked:translate-x-3.5 group-aria-checked:bg-on-accent" />
      </span>
    </button>
  );
}
