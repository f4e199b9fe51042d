import type { LinkCode } from '@cmp/shared/bot';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { CopyValue } from '#components/copy-value.tsx';
import { Dialog, DialogActions } from '#components/dialog.tsx';
import { FailureNote } from '#components/failure-note.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { queryClient } from '#lib/query-client.ts';
import { useNow } from '#lib/use-now.ts';
import { linkCode, linkedChats } from './chats.queries.ts';
import { ownPreferences } from './preferences.queries.ts';
import { QrCode } from './qr-code.tsx';

const pollMs = 2_000;

/** Opens one linking, and sees when a chat took it. */
export default function LinkDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [knownIds] = useState(() =>
    queryClient.getQueryData(linkedChats.queryKey)?.items.map(({ id }) => id),
  );
  const { data: chats } = useQuery({ ...linkedChats, refetchInterval: pollMs });
  const linked = chats?.items.find(({ id }) => knownIds && !knownIds.includes(id));
  const code = useQuery(linkCode);

  // A linked chat opens the way to Telegram.
  const isLinked = linked !== undefined;
  useEffect(() => {
    if (isLinked) void queryClient.invalidateQueries({ queryKey: ownPreferences.queryKey });
  }, [isLinked]);

  return (
    <Dialog open title={t('notifications.link')} onClose={onClose}>
      {linked ? (
        <div role="status" className="mt-3 grid gap-1">
          <p className="font-[550]">
            <span aria-hidden className="mr-2 text-[0.5625rem] text-active-fill">
              {'●'}
            </span>
            {t('notifications.linkDone', { name: linked.name })}
          </p>
          <p className="text-ink-2">{t('notifications.linkDoneText')}</p>
          <DialogActions>
            <Button tone="primary" onClick={onClose}>
              {t('notifications.done')}
            </Button>
          </DialogActions>
        </div>
      ) : (
        <div className="mt-3">
          {code.error ? (
            <FailureNote error={code.error} onRetry={() => void code.refetch()} />
          ) : null}
          {code.data ? (
            <Opened
              code={code.data}
              botUsername={chats?.botUsername ?? undefined}
              onAgain={() => void code.refetch()}
            />
          ) : null}
          {!code.data && !code.error ? <SkeletonRows rows={3} columns={['w-48']} /> : null}
        </div>
      )}
    </Dialog>
  );
}

interface OpenedProps {
  code: LinkCode;
  botUsername: string | undefined;
  onAgain: () => void;
}

function Opened({ code: { code, url, expiresAt }, botUsername, onAgain }: OpenedProps) {
  const { t } = useTranslation();
  const minutesLeft = Math.floor((Date.parse(expiresAt) - useNow().getTime()) / 60_000);
  if (minutesLeft < 0)
    return (
      <div role="status" className="grid justify-items-start gap-3">
        <p className="text-ink-2">{t('notifications.linkOver')}</p>
        <Button onClick={onAgain}>{t('notifications.linkAgain')}</Button>
      </div>
    );
  return (
    <div className="grid gap-4">
      {url === null ? null : (
        <>
          <p className="text-ink-2">{t('notifications.linkText')}</p>
          <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
            <QrCode text={url} label={t('notifications.linkQr')} />
            <a
              href={url}
              target="_blank"
              rel="noreferrer"
              className="inline-flex h-control items-center rounded-control border border-accent bg-accent px-3 font-[550] text-on-accent hover:border-accent-hover hover:bg-accent-hover"
            >
              {t('notifications.linkOpen')}
            </a>
          </div>
        </>
      )}
      <div className="grid gap-1">
        <p className="text-ink-2">
          {botUsername === undefined
            ? t('notifications.linkTextCode')
            : t('notifications.linkByHand', { bot: botUsername })}
        </p>
        <span>
          <CopyValue text={`/start ${code}`} />
        </span>
      </div>
      <p role="status" className="tnum border-line border-t pt-3 text-ink-3">
        {t('notifications.linkWaiting')} {t('notifications.linkLeft', { count: minutesLeft })}
      </p>
    </div>
  );
}
