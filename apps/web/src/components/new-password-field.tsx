import type { InputHTMLAttributes, Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { adviceOn } from '#lib/password-advice.ts';
import { PasswordField } from './password-field.tsx';

interface NewPasswordFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** What was typed so far, which the advice is about. */
  typed: string;
  /** What a guesser tries first. */
  names: readonly string[];
  error?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

/** A password being chosen, with advice in words while it is typed. The API has the last word. */
export function NewPasswordField({ typed, names, ...field }: NewPasswordFieldProps) {
  const { t } = useTranslation();
  const advice = adviceOn(typed, names);
  const count = 'missing' in advice ? advice.missing : 0;
  return (
    <PasswordField
      {...field}
      autoComplete="new-password"
      hint={
        <span aria-live="polite" className={advice.is === 'Good' ? 'text-active-ink' : ''}>
          {t(`auth.advice${advice.is}`, { count })}
        </span>
      }
    />
  );
}
