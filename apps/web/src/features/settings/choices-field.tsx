import { useId } from 'react';
import { tickShape } from '#components/check-field.tsx';
import type { SectionForm } from './use-section-form.ts';

interface ChoicesFieldProps<Name extends string> {
  form: SectionForm<Name>;
  name: Name;
  hint?: string;
  /** Wide enough for the longest text. */
  columnWidth: string;
  options: readonly { value: string; text: string }[];
}

/** Any of a few. They are kept in the order in which they stand here. */
export function ChoicesField<Name extends string>(props: ChoicesFieldProps<Name>) {
  const { form, name, hint, columnWidth, options } = props;
  const id = useId();
  const chosen: unknown = form.draft[name];
  const isChosen = (value: string) => Array.isArray(chosen) && chosen.includes(value);
  const error = form.errorOf(name);
  const note = error ?? hint;

  function turn(value: string, on: boolean) {
    const next = options.filter((one) => (one.value === value ? on : isChosen(one.value)));
    form.put(
      name,
      next.map((one) => one.value),
    );
  }

  return (
    <fieldset aria-describedby={note ? `${id}-note` : undefined}>
      <legend className="mb-1.5 font-[550]">{form.labels[name]}</legend>
      <div
        className="grid gap-x-4 gap-y-2"
        style={{ gridTemplateColumns: `repeat(auto-fill, minmax(${columnWidth}, 1fr))` }}
      >
        {options.map(({ value, text }) => (
          <label key={value} className="flex items-center gap-2.5">
            <input
              type="checkbox"
              checked={isChosen(value)}
              onChange={({ target }) => turn(value, target.checked)}
              className={tickShape}
            />
            {text}
          </label>
        ))}
      </div>
      {note ? (
        <p
          id={`${id}-note`}
          role={error ? 'alert' : undefined}
          className={`mt-1.5 text-label font-normal ${error ? 'text-danger' : 'text-ink-3'}`}
        >
          {note}
        </p>
      ) : null}
    </fieldset>
  );
}
