import type { OneTimePassword } from '@cmp/shared/accounts';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { CopyButton } from '#components/copy-button.tsx';
import { Dialog, DialogActions } from '#components/dialog.tsx';
import { momentInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';

interface OneTimePasswordDialogProps {
  issued: OneTimePassword | undefined;
  onDone: () => void;
}

/** The only time a password is shown. It closes by its button alone, never by a stray click. */
export function OneTimePasswordDialog({ issued, onDone }: OneTimePasswordDialogProps) {
  const { t } = useTranslation();
  const zone = useSiteZone();
  return (
    <Dialog
      open={issued !== undefined}
      title={t('accounts.oneTimeTitle', { name: issued?.account.displayName ?? '' })}
      text={t('accounts.oneTimeText')}
    >
      {issued ? (
        <>
          <div className="mt-4 flex items-center justify-between gap-3 rounded-control border border-line bg-sunken py-2 pr-2 pl-4 touch:flex-col touch:items-stretch touch:p-3">
            <code
              translate="no"
              className="select-all [overflow-wrap:anywhere] touch:text-center font-[500] font-mono text-section"
            >
              {issued.oneTimePassword}
            </code>
            <CopyButton text={issued.oneTimePassword} label={t('accounts.copyPassword')} />
          </div>
          <p className="tnum mt-2 text-ink-3 text-label font-normal">
            {t('accounts.oneTimeUntil', { date: momentInWords(issued.expiresAt, zone) })}
          </p>
          <DialogActions>
            <Button tone="primary" onClick={onDone}>
              {t('accounts.oneTimeDone')}
            </Button>
          </DialogActions>
        </>
      ) : null}
    </Dialog>
  );
}
