import type { User } from '@cmp/shared/users';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { tickShape } from '#components/check-field.tsx';
import { Highlight } from '#components/highlight.tsx';
import { ServiceName } from '#components/service-name.tsx';
import { Switch } from '#components/switch.tsx';
import { TermRunway } from '#components/term-runway.tsx';
import { TermStatus } from '#components/term-status.tsx';
import type { SiteClock } from '#lib/term.ts';
import type { ColumnId } from './user-columns.ts';

export interface UserRowProps {
  user: User | undefined;
  index: number;
  top: number;
  columns: readonly ColumnId[];
  clock: SiteClock;
  wanted: string;
  isCurrent: boolean;
  isOpen: boolean;
  isPulsing: boolean;
  isTicked: boolean;
  /** Whether anyone's row can be altered here, and whether this one can. */
  writes: boolean;
  mayTick: boolean;
  mayTurn: boolean;
  mayExtend: boolean;
  /** Why nothing can be altered now, while the portal does not answer. */
  waits: string | undefined;
}

/** One row of the grid. Its clicks are heard by the grid, which knows them by `data-act`. */
export const UserRow = memo(function UserRow(props: UserRowProps) {
  const { t } = useTranslation();
  const { user, index, columns, wanted, isCurrent, isOpen, isPulsing } = props;
  const place = { transform: `translateY(${props.top}px)` };
  if (!user) {
    return (
      <div role="row" aria-rowindex={index + 2} style={place} className={rowShape}>
        {props.writes ? <span role="gridcell" /> : null}
        <span role="gridcell" className="px-2">
          <span className="skeleton block h-2.5 w-28" />
        </span>
        {columns.map((column) => (
          <span key={column} role="gridcell" className="px-2">
            <span className="skeleton block h-2.5 w-3/5" />
          </span>
        ))}
      </div>
    );
  }
  return (
    <div
      role="row"
      id={`user-${user.id}`}
      aria-rowindex={index + 2}
      aria-selected={props.writes ? props.isTicked : isOpen}
      data-index={index}
      data-current={isCurrent || undefined}
      data-open={isOpen || undefined}
      data-ticked={props.isTicked || undefined}
      data-pulse={isPulsing || undefined}
      style={place}
      className={rowShape}
    >
      {props.writes ? (
        <span role="gridcell" data-act="tick" className="flex h-full items-center pl-4">
          {props.mayTick ? (
            <input
              type="checkbox"
              tabIndex={-1}
              readOnly
              checked={props.isTicked}
              aria-label={t('users.bulk.tick', { name: user.accountName })}
              className={tickShape}
            />
          ) : null}
        </span>
      ) : null}
      <span
        role="gridcell"
        translate="no"
        className={`truncate px-2 font-semibold ${props.writes ? '' : 'pl-4'}`}
      >
        <Highlight text={user.accountName} wanted={wanted} />
      </span>
      {columns.map((column) => (
        <ColumnCell key={column} column={column} {...props} user={user} />
      ))}
      {props.writes ? (
        <>
          <span role="gridcell" className="px-1 text-right">
            {props.mayExtend && user.expiresOn !== null ? (
              <button
                type="button"
                data-act="extend"
                tabIndex={-1}
                disabled={props.waits !== undefined}
                title={props.waits}
                className={extendShape}
              >
                {t('users.extendShort')}
              </button>
            ) : null}
          </span>
          <span role="gridcell" className="flex justify-end pr-4 pl-2">
            {props.mayTurn ? (
              <Switch
                on={user.enabled}
                label={t('users.switch', { name: user.accountName })}
                data-act="turn"
                tabIndex={-1}
                disabled={props.waits !== undefined}
                title={props.waits}
              />
            ) : null}
          </span>
        </>
      ) : null}
    </div>
  );
});

function ColumnCell({
  column,
  user,
  clock,
  wanted,
}: UserRowProps & { column: ColumnId; user: User }) {
  const { t } = useTranslation();
  const term = clock.termOf(user.expiresOn);
  switch (column) {
    case 'server':
      return (
        <span role="gridcell" translate="no" className="truncate px-2 text-ink-2">
          <Highlight text={user.serverName} wanted={wanted} />
        </span>
      );
    case 'status':
      return (
        <span role="gridcell" className="px-2">
          <TermStatus status={user.status} />
        </span>
      );
    case 'service':
      return (
        <span role="gridcell" className="truncate px-2">
          <ServiceName name={user.service} />
        </span>
      );
    case 'left':
      return (
        <span role="gridcell" className="tnum flex items-center gap-2.5 whitespace-nowrap px-2">
          <TermRunway status={user.status} share={term.share} />
          <span className={leftColour[user.status]}>
            {user.status === 'disabled' ? t('term.paused') : term.left}
          </span>
        </span>
      );
    case 'expires':
      return (
        <span role="gridcell" className="tnum whitespace-nowrap px-2">
          <span className="pulse-date rounded-[4px]">{user.expiresOn ?? t('term.never')}</span>
        </span>
      );
    case 'contact':
      return (
        <span role="gridcell" translate="no" className="truncate px-2 font-mono text-[0.78125rem]">
          <Highlight text={user.contact ?? '—'} wanted={wanted} />
        </span>
      );
    case 'devices':
      return (
        <span
          role="gridcell"
          aria-label={user.totalDevices === null ? t('term.unlimited') : undefined}
          className="tnum px-2 text-right"
        >
          {user.totalDevices ?? '∞'}
        </span>
      );
    case 'data':
      return (
        <span
          role="gridcell"
          aria-label={user.dataLimitGb === null ? t('term.unlimited') : undefined}
          className="tnum px-2 text-right"
        >
          {user.dataLimitGb ?? '∞'}
        </span>
      );
    case 'remark':
      return (
        <span
          role="gridcell"
          translate="no"
          className="truncate px-2 text-ink-2"
          title={user.remark ?? undefined}
        >
          <Highlight text={user.remark ?? '—'} wanted={wanted} />
        </span>
      );
  }
}

export const leftColour = {
  active: '',
  soon: 'font-[550] text-soon-ink',
  expired: 'text-expired-ink',
  disabled: 'text-ink-3',
} as const;

const rowShape =
  'user-row absolute inset-x-0 top-0 grid h-row cursor-pointer items-center border-line border-b bg-surface';
const extendShape =
  'extend-button h-[26px] rounded-[7px] border border-line-strong bg-surface px-2 text-[0.75rem] font-[550] text-accent-ink hover:enabled:bg-accent-wash disabled:cursor-not-allowed disabled:opacity-55';
