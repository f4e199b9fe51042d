import { Status } from '@cmp/shared/status';
import type { StatusCounts } from '@cmp/shared/users';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, type RefObject, useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Chip } from '#components/chip.tsx';
import { inputShape } from '#components/field.tsx';
import { Segments } from '#components/segments.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { connection } from '#lib/connection.ts';
import { serviceList } from '#lib/service-list.ts';
import { useStore } from '#lib/store.ts';
import { shortDate } from '#lib/term.ts';
import { FilterMenu } from './filter-menu.tsx';
import type { UserView } from './user-view.ts';
import { ViewMenu } from './view-menu.tsx';

interface UserToolbarProps {
  view: UserView;
  counts: StatusCounts | undefined;
  ofServer: boolean;
  findRef: RefObject<HTMLInputElement | null>;
  toolbarRef: RefObject<HTMLDivElement | null>;
  tools?: ReactNode;
  mayAdd: boolean;
  onChange: (view: UserView) => void;
  onType: (view: UserView) => void;
}

/** What narrows the list at its left, what acts at its right. It stays while the rows scroll. */
export function UserToolbar(props: UserToolbarProps) {
  const { t } = useTranslation();
  const { view, counts, onChange } = props;
  const { data: services } = useQuery(serviceList);
  const { online } = useStore(connection);
  const filterRef = useRef<HTMLButtonElement>(null);

  /** A chip goes with its filter; the focus goes to where it would be put back. */
  function lift(next: UserView) {
    onChange(next);
    filterRef.current?.focus();
  }

  return (
    <div
      ref={props.toolbarRef}
      className="users-toolbar sticky z-10 flex flex-wrap items-center gap-2 bg-canvas py-2.5 touch:-mx-4 touch:flex-nowrap touch:overflow-x-auto touch:px-4"
    >
      <Segments
        label={t('users.statusFilter')}
        value={view.status ?? 'all'}
        options={(['all', ...Status.options] as const).map((value) => ({
          value,
          text: t(value === 'all' ? 'users.all' : `term.${value}`),
          count: counts?.[value],
        }))}
        onChange={(value) => onChange({ ...view, status: value === 'all' ? undefined : value })}
      />
      <FindBox view={view} findRef={props.findRef} first={!props.ofServer} onType={props.onType} />
      {view.services.map((service) => (
        <Chip
          key={service}
          text={<span translate="no">{service}</span>}
          liftLabel={t('users.lift', { filter: service })}
          onLift={() => lift({ ...view, services: view.services.filter((one) => one !== service) })}
        />
      ))}
      {view.expires ? (
        <Chip
          text={daysInWords(view.expires)}
          liftLabel={t('users.lift', { filter: t('users.column.expires') })}
          onLift={() => lift({ ...view, expires: undefined })}
        />
      ) : null}
      <FilterMenu
        view={view}
        services={services?.items ?? []}
        triggerRef={filterRef}
        onChange={onChange}
      />
      <div className="ml-auto flex items-center gap-2 touch:hidden">
        <ViewMenu view={view} ofServer={props.ofServer} onChange={onChange} />
        {props.tools}
        {props.mayAdd ? (
          <WriteButton tone="primary" onClick={() => onChange({ ...view, open: 'new' })}>
            {t('users.add')}
          </WriteButton>
        ) : null}
      </div>
      {props.mayAdd ? (
        <button
          type="button"
          disabled={!online}
          onClick={() => onChange({ ...view, open: 'new' })}
          className="fixed right-4 bottom-[calc(5rem+env(safe-area-inset-bottom))] z-20 hidden h-13 items-center rounded-full bg-accent px-6 font-semibold text-on-accent text-prose shadow-float disabled:bg-off-fill touch:inline-flex"
        >
          {t('users.add')}
        </button>
      ) : null}
    </div>
  );

  function daysInWords({ from, to }: { from: string; to: string }): string {
    if (from === to) return t('users.expiresOnDay', { date: shortDate(from) });
    return t('users.expiresBetween', { from: shortDate(from), to: shortDate(to) });
  }
}

const typingMs = 150;

interface FindBoxProps extends Pick<UserToolbarProps, 'view' | 'findRef' | 'onType'> {
  /** Whether it comes before the segments where there is little room. */
  first: boolean;
}

function FindBox({ view, findRef, first, onType }: FindBoxProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  const take = useEffectEvent((q: string) => {
    setTyped(undefined);
    if (q !== view.q) onType({ ...view, q });
  });
  useEffect(() => {
    if (typed === undefined) return;
    const timer = setTimeout(() => take(typed), typingMs);
    return () => clearTimeout(timer);
  }, [typed]);

  return (
    <input
      ref={findRef}
      type="search"
      value={typed ?? view.q}
      aria-label={t('users.find')}
      placeholder={t('users.findPlaceholder')}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
      className={`${inputShape} w-44! touch:w-36! touch:shrink-0 ${first ? 'touch:order-first' : ''}`}
    />
  );
}
