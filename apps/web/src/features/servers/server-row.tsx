import { Menu } from '@base-ui/react/menu';
import type { ServerListing } from '@cmp/shared/servers';
import { ChevronDown, ChevronUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { CopyValue } from '#components/copy-value.tsx';
import { menuItemShape } from '#components/menu-shape.ts';
import { ServerActions } from './server-actions.tsx';

interface ServerRowProps {
  server: ServerListing;
  /** What it is dragged by, where it can be. */
  handle?: ReactNode;
  onMove?: { up: (() => void) | undefined; down: (() => void) | undefined };
}

/** One server: its name, where it is reached, and how its users stand. */
export function ServerRow({ server, handle, onMove }: ServerRowProps) {
  const { t } = useTranslation();
  const { name, counts } = server;
  const moves = [
    {
      text: t('servers.moveUpWord'),
      label: t('servers.moveUp', { name }),
      act: onMove?.up,
      Icon: ChevronUp,
    },
    {
      text: t('servers.moveDownWord'),
      label: t('servers.moveDown', { name }),
      act: onMove?.down,
      Icon: ChevronDown,
    },
  ];
  return (
    <div className="server-row group grid min-h-11 items-center gap-x-4 px-2 hover:bg-surface touch:gap-x-2 touch:px-0 touch:py-2">
      {handle ?? <span />}
      <Link
        to={`/servers/${server.id}`}
        translate="no"
        className="min-w-0 truncate font-semibold hover:text-accent-ink hover:underline touch:leading-11"
      >
        {name}
      </Link>
      <span className="min-w-0 touch:hidden">
        {server.ipAddress ? <CopyValue text={server.ipAddress} /> : nothing}
      </span>
      <span className="min-w-0 touch:hidden">
        {server.domainName ? <CopyValue text={server.domainName} /> : nothing}
      </span>
      <span translate="no" className="truncate text-ink-2 touch:hidden">
        {server.owner ?? nothing}
      </span>
      <span className="tnum flex items-center justify-end gap-3">
        {counts.soon > 0 ? (
          <Link
            to={`/servers/${server.id}?status=soon`}
            aria-label={t('servers.soonCount', { count: counts.soon })}
            className="text-soon-ink hover:underline"
          >
            {`▲ ${counts.soon}`}
          </Link>
        ) : null}
        {counts.expired > 0 ? (
          <Link
            to={`/servers/${server.id}?status=expired`}
            aria-label={t('servers.expiredCount', { count: counts.expired })}
            className="text-expired-ink hover:underline"
          >
            {`✕ ${counts.expired}`}
          </Link>
        ) : null}
        <span className="min-w-10 text-right font-[550]">
          {counts.all.toLocaleString('en')}
          <span className="sr-only">{` ${t('servers.numeralUsers')}`}</span>
        </span>
      </span>
      <span className="flex items-center justify-end">
        {onMove ? (
          <span className="flex opacity-0 focus-within:opacity-100 group-hover:opacity-100 touch:hidden">
            {moves.map(({ label, act, Icon }) => (
              <button
                key={label}
                type="button"
                aria-label={label}
                disabled={!act}
                onClick={act}
                className="grid size-6 place-items-center rounded-tag text-ink-3 hover:enabled:bg-sunken hover:enabled:text-ink disabled:opacity-30"
              >
                <Icon aria-hidden size={15} />
              </button>
            ))}
          </span>
        ) : null}
        <ServerActions server={server}>
          {onMove
            ? moves.map(({ text, act }) => (
                <Menu.Item
                  key={text}
                  disabled={!act}
                  className={menuItemShape}
                  onClick={() => act?.()}
                >
                  {text}
                </Menu.Item>
              ))
            : null}
        </ServerActions>
      </span>
    </div>
  );
}

const dash = '—';
const nothing = <span className="text-ink-3">{dash}</span>;

/** What the columns are, for the eye: each cell says itself what it is. */
export function ServerHeads() {
  const { t } = useTranslation();
  return (
    <div
      aria-hidden
      className="server-row grid items-center gap-x-4 px-2 pb-1.5 text-label text-ink-2 touch:hidden"
    >
      <span />
      <span>{t('servers.name')}</span>
      <span>{t('servers.ipAddress')}</span>
      <span>{t('servers.domainName')}</span>
      <span>{t('servers.owner')}</span>
      <span className="text-right">{t('users.title')}</span>
      <span />
    </div>
  );
}
