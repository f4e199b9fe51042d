import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Dialog, DialogActions } from './dialog.tsx';
import { WriteButton } from './write-button.tsx';

interface ConfirmDialogProps {
  open: boolean;
  title: string;
  text: string;
  action: string;
  cancel?: string;
  pending?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asked only before what cannot be undone; the button says what it does. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog open={props.open} title={props.title} text={props.text} onClose={props.onClose}>
      <DialogActions>
        <Button onClick={props.onClose}>{props.cancel ?? t('states.cancel')}</Button>
        <WriteButton tone="danger" disabled={props.pending} onClick={props.onConfirm}>
          {props.action}
        </WriteButton>
      </DialogActions>
    </Dialog>
  );
}
