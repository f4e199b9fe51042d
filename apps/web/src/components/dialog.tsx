import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface DialogProps {
  open: boolean;
  title: string;
  text?: ReactNode;
  children?: ReactNode;
  /** Without it the dialog closes only by the buttons inside. */
  onClose?: () => void;
  /** Where the focus goes as it closes, where that is not where it came from. */
  finalFocus?: () => HTMLElement | null;
}

/** What has to be settled before the page goes on. */
export function Dialog({ open, title, text, children, onClose, finalFocus }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose?.();
      }}
      disablePointerDismissal={!onClose}
    >
      <Base.Portal>
        <Base.Backdrop className={backdropShape} />
        <Base.Popup className={popupShape} finalFocus={finalFocus}>
          <div className="flex items-start justify-between gap-4">
            <Base.Title className="text-section">{title}</Base.Title>
            {onClose ? (
              <Base.Close
                aria-label={t('states.close')}
                className="-mt-1 -mr-2 grid size-8 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-ink touch:size-11"
              >
                <X aria-hidden size={16} />
              </Base.Close>
            ) : null}
          </div>
          {text ? <Base.Description className="mt-1 text-ink-2">{text}</Base.Description> : null}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

const backdropShape =
  'fixed inset-0 z-40 bg-[#0a1820]/40 transition-opacity duration-[180ms] data-ending-style:opacity-0 data-starting-style:opacity-0 dark:bg-[#02070a]/70';
const popupShape =
  'fixed top-[12vh] left-1/2 z-50 max-h-[80vh] w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 overflow-y-auto rounded-dialog border border-line bg-raised p-5 text-body shadow-float transition-[opacity,translate] duration-[180ms] data-ending-style:translate-y-1 data-ending-style:opacity-0 data-starting-style:translate-y-1 data-starting-style:opacity-0';

/** The row of buttons that ends a dialog or a form. */
export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <div className="mt-5 flex flex-wrap justify-end gap-2 touch:flex-col-reverse touch:*:w-full">
      {children}
    </div>
  );
}
