import { type ReactNode, useId } from 'react';

/** What ties an input to its words. */
interface FieldIds {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** Beside the label, at its right: a show button, a count. */
  aside?: ReactNode;
  children: (ids: FieldIds) => ReactNode;
}

/** A label, its input, a hint, and in the hint's place what to put right. */
export function Field({ label, hint, error, aside, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className="grid content-start gap-1">
      <div className="flex items-baseline justify-between gap-4">
        <label htmlFor={id} className="text-body font-[550] text-ink">
          {label}
        </label>
        {aside}
      </div>
      {children({
        id,
        'aria-describedby': note ? noteId : undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {note ? (
        <p
          id={noteId}
          role={error ? 'alert' : undefined}
          className={`text-label font-normal ${error ? 'text-danger' : 'text-ink-3'}`}
        >
          {note}
        </p>
      ) : null}
    </div>
  );
}

/** How everything that is typed or chosen in looks. */
export const inputShape =
  'h-control w-full min-w-0 rounded-control border border-line-strong bg-surface px-2.5 text-body text-ink transition-colors aria-invalid:border-danger disabled:bg-sunken disabled:text-ink-3 [input&]:read-only:bg-sunken touch:px-3 touch:text-[1rem] focus-visible:outline-offset-0';
