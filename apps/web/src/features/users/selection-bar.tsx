import { CHOSEN_AT_MOST } from '@cmp/shared/changes';
import { useTranslation } from 'react-i18next';
import { connection } from '#lib/connection.ts';
import { useStore } from '#lib/store.ts';
import type { BulkWrites } from './use-bulk-writes.ts';

interface SelectionBarProps {
  count: number;
  writes: BulkWrites;
  onClear: () => void;
}

/** What can be done to the ticked users: only what is allowed on the server of each. */
export function SelectionBar({ count, writes, onClear }: SelectionBarProps) {
  const { t } = useTranslation();
  const { online } = useStore(connection);
  const acts = [
    ['users:extend', 'users.extendShort', writes.extend],
    ['users:update', 'users.bulk.enable', () => writes.turn(true)],
    ['users:update', 'users.bulk.disable', () => writes.turn(false)],
    ['users:delete', 'users.remove', writes.remove],
  ] as const;
  return (
    <div
      role="toolbar"
      aria-label={t('users.bulk.label')}
      className="fixed bottom-5 left-1/2 z-20 flex min-h-12 -translate-x-1/2 items-center gap-2 rounded-bar bg-ink py-2 pr-2 pl-4 text-body text-canvas shadow-float"
    >
      <p role="status" className="tnum mr-2 whitespace-nowrap">
        {t('users.bulk.selected', { count })}
        {count > CHOSEN_AT_MOST ? ` ${t('users.bulk.tooMany', { most: CHOSEN_AT_MOST })}` : ''}
      </p>
      {acts
        .filter(([action]) => writes.allows(action))
        .map(([, word, act]) => (
          <button
            key={word}
            type="button"
            disabled={!online || writes.isPending}
            title={online ? undefined : t('states.offlineWrite')}
            onClick={({ detail }) => {
              // The second press of a double click is no second wish.
              if (detail <= 1) act();
            }}
            className={actShape}
          >
            {t(word)}
          </button>
        ))}
      <button type="button" onClick={onClear} className={actShape}>
        {t('users.bulk.clear')}
      </button>
    </div>
  );
}

const actShape =
  'h-8 shrink-0 whitespace-nowrap rounded-control bg-canvas px-3 font-[550] text-ink hover:enabled:opacity-90 focus-visible:outline-canvas disabled:cursor-not-allowed disabled:opacity-60 touch:h-11';
