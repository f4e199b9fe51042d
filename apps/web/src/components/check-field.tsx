import { type InputHTMLAttributes, type Ref, useId } from 'react';

interface CheckFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: string;
  ref?: Ref<HTMLInputElement>;
}

/** A box to tick, with what that means. */
export function CheckField({ label, hint, ...input }: CheckFieldProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <input
        {...input}
        id={id}
        type="checkbox"
        aria-describedby={hint ? `${id}-hint` : undefined}
        className={`${tickShape} mt-0.5 touch:mt-px`}
      />
      <div className="grid">
        <label htmlFor={id} className="cursor-pointer text-body font-[550]">
          {label}
        </label>
        {hint ? (
          <p id={`${id}-hint`} className="text-label font-normal text-ink-3">
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  );
}

/** A tick box: the platform's own, in our colour. */
export const tickShape = 'size-4 shrink-0 cursor-pointer accent-accent touch:size-5';
