import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { CopyButton } from '#components/copy-button.tsx';
import { Dialog, DialogActions } from '#components/dialog.tsx';
import { PasswordField } from '#components/password-field.tsx';
import { Section } from '#components/section.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { explain } from '#lib/explain.ts';
import { saveText } from '#lib/save-file.ts';
import { showRecoveryKey } from './snapshots.queries.ts';

/** The key without which a snapshot opens nowhere else, behind the password. */
export function RecoveryKeySection() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [password, setPassword] = useState('');
  const show = useMutation(showRecoveryKey);

  function close() {
    setOpen(false);
    setPassword('');
    show.reset();
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    show.mutate(password);
  }

  return (
    <Section title={t('snapshots.keyTitle')} text={t('snapshots.keyText')}>
      <div>
        <Button onClick={() => setOpen(true)}>{t('snapshots.keyShow')}</Button>
      </div>
      <Dialog
        open={isOpen}
        title={t('snapshots.keyTitle')}
        text={t(show.data ? 'snapshots.keyShownText' : 'snapshots.passwordText')}
        {...(show.data ? {} : { onClose: close })}
      >
        {show.data ? (
          <>
            <div className="mt-4 flex items-center justify-between gap-3 rounded-control border border-line bg-sunken py-2 pr-2 pl-4 touch:flex-col touch:items-stretch touch:p-3">
              <code translate="no" className="select-all wrap-anywhere font-mono">
                {show.data.recoveryKey}
              </code>
              <CopyButton text={show.data.recoveryKey} label={t('snapshots.keyCopy')} />
            </div>
            <DialogActions>
              <Button onClick={() => saveText(show.data.recoveryKey, show.data.fileName)}>
                {t('snapshots.keySave')}
              </Button>
              <Button tone="primary" onClick={close}>
                {t('snapshots.keyDone')}
              </Button>
            </DialogActions>
          </>
        ) : (
          <form onSubmit={onSubmit} className="mt-4">
            <PasswordField
              label={t('snapshots.password')}
              autoComplete="current-password"
              value={password}
              error={show.error ? explain(show.error) : undefined}
              onChange={({ target }) => setPassword(target.value)}
            />
            <DialogActions>
              <Button onClick={close}>{t('states.cancel')}</Button>
              <SubmitButton pending={show.isPending} disabled={password === ''}>
                {t('snapshots.show')}
              </SubmitButton>
            </DialogActions>
          </form>
        )}
      </Dialog>
    </Section>
  );
}
