import type { InputHTMLAttributes, ReactNode, Ref } from 'react';
import { Field, inputShape } from './field.tsx';

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  mono?: boolean;
  /** After the input: a unit. */
  unit?: string;
  ref?: Ref<HTMLInputElement>;
}

/** One line of text. */
export function TextField({ label, hint, error, mono, unit, ...input }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <span className="flex items-center gap-2">
          <input
            {...ids}
            {...input}
            className={`${inputShape} ${mono ? 'font-mono text-[0.8125rem]' : ''} ${unit ? 'tnum max-w-28' : ''}`}
          />
          {unit ? <span className="text-ink-2">{unit}</span> : null}
        </span>
      )}
    </Field>
  );
}
