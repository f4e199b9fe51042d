import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { WriteButton } from './write-button.tsx';

interface SubmitButtonProps {
  children: ReactNode;
  pending: boolean;
  /** Said in place of the label while it runs. */
  pendingLabel?: string;
  disabled?: boolean;
  className?: string;
}

/** Sends a form. It waits while the portal does not answer, and says why; a second press sends nothing. */
export function SubmitButton(props: SubmitButtonProps) {
  const { t } = useTranslation();
  return (
    <WriteButton
      type="submit"
      tone="primary"
      className={props.className ?? ''}
      disabled={props.disabled === true}
      aria-disabled={props.pending}
      onClick={(event) => {
        // A double click's second press comes before `pending` is drawn, or lands on the next step's button.
        if (props.pending || event.detail > 1) event.preventDefault();
      }}
    >
      {props.pending ? (props.pendingLabel ?? t('states.saving')) : props.children}
    </WriteButton>
  );
}
