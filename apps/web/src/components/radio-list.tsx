import { useId } from 'react';

interface RadioListProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; text: string; hint: string; disabled?: boolean }[];
  onChoose: (value: Value) => void;
}

/** One of a few, each with what it means. */
export function RadioList<Value extends string>(props: RadioListProps<Value>) {
  const id = useId();
  return (
    <div
      role="radiogroup"
      aria-label={props.label}
      className="rounded-panel border border-line bg-surface"
    >
      {props.options.map(({ value, text, hint, disabled }) => (
        <div
          key={value}
          className="flex items-start gap-3 border-line border-b px-4 py-3 last:border-b-0"
        >
          <input
            type="radio"
            id={`${id}-${value}`}
            name={id}
            checked={props.value === value}
            disabled={disabled}
            aria-describedby={`${id}-${value}-hint`}
            onChange={() => props.onChoose(value)}
            className="mt-0.5 size-4 shrink-0 cursor-pointer accent-accent touch:size-5"
          />
          <div className="grid">
            <label htmlFor={`${id}-${value}`} className="cursor-pointer font-[550]">
              {text}
            </label>
            <p id={`${id}-${value}-hint`} className="text-ink-2">
              {hint}
            </p>
          </div>
        </div>
      ))}
    </div>
  );
}
