import { Popover } from '@base-ui/react/popover';
import { useQuery } from '@tanstack/react-query';
import { Bell as BellSign } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePresence } from '#lib/use-presence.ts';
import { latestNews } from './news.queries.ts';
import { NewsPopup } from './news-popup.tsx';

const pollMs = 30_000;
const countedTo = 99;

/** How much one has not read, kept up to date while somebody is there; pressed, what it is. */
export default function Bell() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const refetchInterval = usePresence() ? pollMs : false;
  const { data } = useQuery({ ...latestNews, refetchInterval });
  const unread = data?.unread ?? 0;
  const label = unread > 0 ? t('news.bellUnread', { count: unread }) : t('news.bell');

  return (
    <Popover.Root modal open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger aria-label={label} title={label} className={bellShape}>
        <BellSign aria-hidden size={17} strokeWidth={1.75} />
        {unread > 0 ? (
          <span
            aria-hidden
            className="tnum absolute top-0 right-0 min-w-4 translate-x-1/4 rounded-full bg-accent px-1 text-center font-semibold text-[0.6875rem] text-on-accent leading-4 touch:top-1.5 touch:right-1.5"
          >
            {unread > countedTo ? `${countedTo}+` : unread}
          </span>
        ) : null}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="end" sideOffset={8} collisionPadding={8} className="z-30">
          <Popover.Popup className="flex max-h-[min(36rem,var(--available-height))] w-[min(27rem,calc(100vw-1rem))] flex-col overflow-hidden rounded-bar border border-line bg-raised text-body shadow-float outline-none transition-opacity duration-[180ms] data-ending-style:opacity-0 data-starting-style:opacity-0">
            <NewsPopup onClose={() => setOpen(false)} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

const bellShape =
  'relative grid size-8 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-ink touch:size-11';
