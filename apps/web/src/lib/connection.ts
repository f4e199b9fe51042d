import { createStore } from './store.ts';

/** Whether the portal answers, and since when it does not. */
type Connection = { online: true } | { online: false; since: Date };

const probeEveryMs = 3_000;
const store = createStore<Connection>({ online: true });
let probe: ReturnType<typeof setInterval> | undefined;

/** Judged by answers alone: the browser's own `onLine` knows the cable, not the portal behind it. It is a hint to ask. */
export const connection = {
  ...store,

  answered: (): void => {
    if (store.get().online) return;
    clearInterval(probe);
    probe = undefined;
    store.set({ online: true });
  },

  failed: (): void => {
    if (!store.get().online) return;
    store.set({ online: false, since: new Date() });
    probe = setInterval(() => void knock(), probeEveryMs);
  },
};

async function knock(): Promise<void> {
  try {
    const response = await fetch('/api/health', { signal: AbortSignal.timeout(probeEveryMs) });
    if (response.ok) connection.answered();
  } catch {
    connection.failed();
  }
}

addEventListener('offline', () => void knock());
addEventListener('online', () => void knock());
