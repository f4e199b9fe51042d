import type { ComponentProps, FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Dialog, DialogActions } from './dialog.tsx';
import { Notice } from './notice.tsx';
import { StaleNotice } from './stale-notice.tsx';
import { SubmitButton } from './submit-button.tsx';

interface FormDialogProps {
  title: string;
  text?: string;
  submitText: string;
  pending: boolean;
  /** What was refused of the form as a whole. */
  refusal: string | undefined;
  /** Where someone else changed the row meanwhile. */
  stale?: ComponentProps<typeof StaleNotice> | undefined;
  children: ReactNode;
  onSubmit: (event: FormEvent) => Promise<void>;
  onClose: () => void;
}

/** A dialog that is one form: what stands in its way, its fields, and the two ways out. */
export function FormDialog(props: FormDialogProps) {
  const { t } = useTranslation();
  const { title, text, submitText, pending, refusal, stale, children, onSubmit, onClose } = props;
  return (
    <Dialog open title={title} text={text} onClose={onClose}>
      <form onSubmit={(event) => void onSubmit(event)} noValidate className="mt-4 grid gap-4">
        {stale ? <StaleNotice {...stale} /> : null}
        {refusal === undefined ? null : <Notice tone="danger">{refusal}</Notice>}
        {children}
        <DialogActions>
          <Button onClick={onClose}>{t('states.cancel')}</Button>
          <SubmitButton pending={pending}>{submitText}</SubmitButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
