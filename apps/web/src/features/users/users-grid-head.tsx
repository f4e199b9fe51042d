import type { UserSort } from '@cmp/shared/users';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { tickShape } from '#components/check-field.tsx';
import type { ColumnId } from './user-columns.ts';

interface UsersGridHeadProps {
  columns: readonly ColumnId[];
  sort: UserSort;
  mayWrite: boolean;
  /** How many of the rows that are here are ticked. */
  ticked: 'none' | 'some' | 'all';
  onTick: () => void;
  onSort: (sort: UserSort) => void;
}

/** The columns' names; those that order the list are buttons. */
export const UsersGridHead = memo(function UsersGridHead(props: UsersGridHeadProps) {
  const { t } = useTranslation();
  const { columns, sort, onSort } = props;
  return (
    <div
      role="rowgroup"
      className="users-head sticky z-10 rounded-t-panel border-line border-b bg-surface"
    >
      <div
        role="row"
        aria-rowindex={1}
        tabIndex={-1}
        className="grid h-9 items-center text-label text-ink-2"
        style={{ gridTemplateColumns: 'var(--columns)' }}
      >
        {props.mayWrite ? (
          <span role="columnheader" tabIndex={-1} className="flex pl-4">
            <input
              type="checkbox"
              aria-label={t('users.bulk.tickAll')}
              checked={props.ticked === 'all'}
              ref={(box) => {
                if (box) box.indeterminate = props.ticked === 'some';
              }}
              onChange={props.onTick}
              className={tickShape}
            />
          </span>
        ) : null}
        <Head
          text={t('users.accountName')}
          by="name"
          sort={sort}
          onSort={onSort}
          first={!props.mayWrite}
        />
        {columns.map((column) => (
          <Head
            key={column}
            text={t(`users.column.${column}`)}
            by={column === 'left' || column === 'expires' ? 'expires' : undefined}
            sort={sort}
            onSort={onSort}
            right={column === 'devices' || column === 'data'}
          />
        ))}
        {props.mayWrite ? (
          <>
            <span role="columnheader" tabIndex={-1}>
              <span className="sr-only">{t('users.column.extend')}</span>
            </span>
            <span role="columnheader" tabIndex={-1} className="pr-4 pl-2 text-right">
              {t('users.column.on')}
            </span>
          </>
        ) : null}
      </div>
    </div>
  );
});

interface HeadProps {
  text: string;
  by: 'name' | 'expires' | undefined;
  sort: UserSort;
  onSort: (sort: UserSort) => void;
  first?: boolean;
  right?: boolean;
}

function Head({ text, by, sort, onSort, first, right }: HeadProps) {
  const isSorted = by !== undefined && (sort === by || sort === `-${by}`);
  const order = sort.startsWith('-') ? 'descending' : 'ascending';
  const Arrow = order === 'ascending' ? ArrowUp : ArrowDown;
  const shape = `truncate px-2 ${first ? 'pl-4' : ''} ${right ? 'text-right' : ''}`;
  if (by === undefined) {
    return (
      <span role="columnheader" tabIndex={-1} className={shape}>
        {text}
      </span>
    );
  }
  return (
    <span role="columnheader" tabIndex={-1} aria-sort={isSorted ? order : 'none'} className={shape}>
      <button
        type="button"
        onClick={() => onSort(isSorted && order === 'ascending' ? `-${by}` : by)}
        className={`-mx-1 inline-flex h-7 items-center gap-1 rounded-tag px-1 hover:text-ink ${isSorted ? 'text-ink' : ''}`}
      >
        {text}
        {isSorted ? <Arrow aria-hidden size={12} strokeWidth={2.25} /> : null}
      </button>
    </span>
  );
}
