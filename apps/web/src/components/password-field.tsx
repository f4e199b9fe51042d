import {
  type InputHTMLAttributes,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { Field, inputShape } from './field.tsx';

interface PasswordFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  autoComplete: 'current-password' | 'new-password';
  hint?: ReactNode;
  error?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

/** A password: it can be shown, pasted and managed, and it says when Caps Lock is on. */
export function PasswordField({ label, hint, error, ...input }: PasswordFieldProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const watchCapsLock = (event: KeyboardEvent) => setCapsLock(event.getModifierState('CapsLock'));

  return (
    <Field
      label={label}
      hint={hint}
      error={error}
      aside={
        <button
          type="button"
          aria-label={shown ? t('auth.hidePassword') : t('auth.showPassword')}
          aria-pressed={shown}
          className="-my-1 rounded-tag px-1 py-1 text-label text-accent-ink hover:underline"
          onClick={() => setShown(!shown)}
        >
          {shown ? t('auth.hide') : t('auth.show')}
        </button>
      }
    >
      {(ids) => (
        <>
          <input
            {...ids}
            {...input}
            type={shown ? 'text' : 'password'}
            spellCheck={false}
            autoCapitalize="none"
            autoCorrect="off"
            onKeyDown={watchCapsLock}
            onKeyUp={watchCapsLock}
            className={`${inputShape} ${shown ? 'font-mono' : ''}`}
          />
          <p role="status" className="text-label text-soon-ink empty:hidden">
            {capsLock ? (
              <>
                <span aria-hidden>{'▲ '}</span>
                {t('auth.capsLock')}
              </>
            ) : null}
          </p>
        </>
      )}
    </Field>
  );
}
