import { useTranslation } from 'react-i18next';
import { connection } from '#lib/connection.ts';
import { useStore } from '#lib/store.ts';
import { clockTime } from '#lib/time.ts';

/** Says that the portal does not answer, and how old what is shown may be. */
export function OfflineStrip() {
  const { t } = useTranslation();
  const state = useStore(connection);
  return (
    <div role="status">
      {state.online ? null : (
        <p className="tnum border-line border-b bg-soon-wash px-gutter py-1.5 text-center text-soon-ink">
          {t('states.offline', { time: clockTime(state.since) })}
        </p>
      )}
    </div>
  );
}
