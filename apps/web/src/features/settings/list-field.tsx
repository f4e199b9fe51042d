import { Field, inputShape } from '#components/field.tsx';
import type { SectionForm } from './use-section-form.ts';

interface ListFieldProps<Name extends string> {
  form: SectionForm<Name>;
  name: Name;
  hint: string;
}

/** A list of texts, one on each line. */
export function ListField<Name extends string>({ form, name, hint }: ListFieldProps<Name>) {
  const lines = form.draft[name];
  return (
    <Field label={form.labels[name]} hint={hint} error={form.errorOf(name)}>
      {(ids) => (
        <textarea
          {...ids}
          rows={3}
          spellCheck={false}
          value={Array.isArray(lines) ? lines.join('\n') : ''}
          onChange={({ target }) =>
            form.put(name, target.value === '' ? [] : target.value.split('\n'))
          }
          className={`${inputShape} h-auto! py-2 font-mono text-[0.8125rem]`}
        />
      )}
    </Field>
  );
}
