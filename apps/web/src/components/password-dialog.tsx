import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Dialog, DialogActions } from './dialog.tsx';
import { PasswordField } from './password-field.tsx';
import { SubmitButton } from './submit-button.tsx';

interface PasswordDialogProps {
  title: string;
  text: string;
  /** What giving it does. */
  action: string;
  pending: boolean;
  error: string | undefined;
  onGive: (password: string) => void;
  onClose: () => void;
}

/** Asks once more who one is. The password is kept nowhere but in the field. */
export function PasswordDialog(props: PasswordDialogProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    // The dialog stands inside a form for React, though not in the page.
    event.stopPropagation();
    props.onGive(password);
  }

  return (
    <Dialog open title={props.title} text={props.text} onClose={props.onClose}>
      <form onSubmit={onSubmit} className="mt-4">
        <PasswordField
          label={t('settings.password')}
          autoComplete="current-password"
          autoFocus
          value={password}
          error={props.error}
          onChange={({ target }) => setPassword(target.value)}
        />
        <DialogActions>
          <Button onClick={props.onClose}>{t('states.cancel')}</Button>
          <SubmitButton pending={props.pending} disabled={password === ''}>
            {props.action}
          </SubmitButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
