import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '#components/notice.tsx';
import type { FieldName, UserFields } from './user-fields.ts';

interface ConflictChoiceProps {
  theirs: UserFields;
  mine: UserFields;
  fields: readonly FieldName[];
  onTake: (field: FieldName, from: UserFields) => void;
}

/** Both saved the same fields: whose is kept is chosen field by field. */
export function ConflictChoice({ theirs, mine, fields, onTake }: ConflictChoiceProps) {
  const { t } = useTranslation();
  // Mine as it was when the two met: the form below goes on changing.
  const [met] = useState(mine);
  const [kept, keep] = useState<Partial<Record<FieldName, 'theirs' | 'mine'>>>({});
  return (
    <Notice tone="soon" title={t('users.conflictTitle')}>
      <p>{t(fields.length > 0 ? 'users.conflictText' : 'users.conflictMerged')}</p>
      {fields.map((field) => (
        <fieldset key={field} className="mt-2.5 grid gap-1">
          <legend className="font-[550]">{t(`users.field.${field}`)}</legend>
          {(['mine', 'theirs'] as const).map((side) => {
            const source = side === 'mine' ? met : theirs;
            return (
              <label key={side} className="flex items-baseline gap-2">
                <input
                  type="radio"
                  name={field}
                  checked={(kept[field] ?? 'mine') === side}
                  onChange={() => {
                    keep({ ...kept, [field]: side });
                    onTake(field, source);
                  }}
                  className="accent-accent"
                />
                <span>
                  {t(`users.${side}`)}
                  {' · '}
                  <strong className="font-semibold">{valueInWords(source[field])}</strong>
                </span>
              </label>
            );
          })}
        </fieldset>
      ))}
    </Notice>
  );

  function valueInWords(value: UserFields[FieldName]): string {
    if (value === true) return t('users.historyOn');
    if (value === false) return t('users.historyOff');
    return value === null ? t('states.empty') : String(value);
  }
}
