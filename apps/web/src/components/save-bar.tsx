import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import { Button } from './button.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { SubmitButton } from './submit-button.tsx';

interface SaveBarProps {
  /** How many things differ from what is saved. */
  changes: number;
  pending: boolean;
  /** What is about to be saved, in words. */
  summary?: string;
  onDiscard: () => void;
}

/** Saves what is unsaved: in sight while there is such a thing, and warns before it would be lost. */
export function SaveBar({ changes, pending, summary, onDiscard }: SaveBarProps) {
  const { t } = useTranslation();
  const unsaved = changes > 0;
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      unsaved && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!unsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [unsaved]);

  return (
    <>
      <div
        // Its buttons go with what was unsaved; the focus then stays at their place.
        tabIndex={-1}
        aria-live="polite"
        className={unsaved ? 'sticky bottom-4 z-10 touch:bottom-20' : ''}
      >
        {unsaved ? (
          <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded-bar bg-ink py-2 pr-2 pl-4 text-canvas shadow-float">
            <p className="tnum min-w-0 flex-1 touch:basis-full">
              {summary ?? t('states.unsaved', { count: changes })}
            </p>
            <div className="flex gap-2 touch:ml-auto">
              <Button
                className="border-transparent! bg-transparent! text-canvas! hover:underline"
                onClick={onDiscard}
              >
                {t('states.discard')}
              </Button>
              <SubmitButton
                pending={pending}
                className="border-canvas! bg-canvas! text-ink! hover:opacity-90"
              >
                {t('states.save')}
              </SubmitButton>
            </div>
          </div>
        ) : (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Button disabled>{t('states.save')}</Button>
            <p className="text-ink-2">{t('states.allSaved')}</p>
          </div>
        )}
      </div>
      <ConfirmDialog
        open={blocker.state === 'blocked'}
        title={t('states.leaveTitle')}
        text={t('states.leaveText')}
        action={t('states.leave')}
        cancel={t('states.stay')}
        onConfirm={() => blocker.proceed?.()}
        onClose={() => blocker.reset?.()}
      />
    </>
  );
}
