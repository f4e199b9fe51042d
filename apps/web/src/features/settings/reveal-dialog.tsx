import type { Section } from '@cmp/shared/settings/sections';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { CopyButton } from '#components/copy-button.tsx';
import { Dialog, DialogActions } from '#components/dialog.tsx';
import { PasswordDialog } from '#components/password-dialog.tsx';
import { explain } from '#lib/explain.ts';
import { revealSecret } from './section.queries.ts';

interface RevealDialogProps {
  section: Section;
  secret: string;
  label: string;
  onClose: () => void;
}

/** Shows a secret for the password, and hides it again. */
export function RevealDialog({ section, secret, label, onClose }: RevealDialogProps) {
  const { t } = useTranslation();
  const { mutate, data, error, isPending } = useMutation(revealSecret(section));
  if (data) return <Revealed label={label} secret={data.secret} onClose={onClose} />;
  return (
    <PasswordDialog
      title={t('settings.revealNamed', { name: label })}
      text={t('settings.revealText')}
      action={t('settings.reveal')}
      pending={isPending}
      error={error ? explain(error) : undefined}
      onGive={(password) => mutate({ name: secret, password })}
      onClose={onClose}
    />
  );
}

const shownMs = 60_000;

/** Whoever walks away from it leaves nothing to read. */
function Revealed({
  label,
  secret,
  onClose,
}: {
  label: string;
  secret: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const hide = useEffectEvent(onClose);
  useEffect(() => {
    const timer = setTimeout(() => hide(), shownMs);
    return () => clearTimeout(timer);
  }, []);

  return (
    <Dialog open title={label} text={t('settings.revealedText')} onClose={onClose}>
      <div className="mt-4 flex items-start justify-between gap-3 rounded-control border border-line bg-sunken py-2 pr-2 pl-4 touch:flex-col touch:items-stretch touch:p-3">
        <code translate="no" className="select-all whitespace-pre-wrap wrap-anywhere font-mono">
          {secret}
        </code>
        <CopyButton text={secret} label={t('settings.copySecret', { name: label })} />
      </div>
      <DialogActions>
        <Button tone="primary" onClick={onClose}>
          {t('settings.hide')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
