import * as z from 'zod';

/** A place that was opened from the palette. */
const Recent = z.object({
  to: z.string().startsWith('/'),
  text: z.string(),
  detail: z.string().optional(),
});
export type Recent = z.infer<typeof Recent>;

const Kept = z.object({ accountId: z.number(), places: z.array(Recent) });

const storageKey = 'recents';
const mostKept = 8;

/** The places this account opened last in this tab, latest first. Another account's are not shown. */
export function recentsOf(accountId: number): Recent[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null');
    const kept = Kept.safeParse(stored);
    return kept.success && kept.data.accountId === accountId ? kept.data.places : [];
  } catch {
    return [];
  }
}

/** Remembers a place until the tab is closed or its person signs out. */
export function keepRecent(accountId: number, place: Recent): void {
  const others = recentsOf(accountId).filter(({ to }) => to !== place.to);
  const places = [place, ...others].slice(0, mostKept);
  try {
    sessionStorage.setItem(storageKey, JSON.stringify({ accountId, places }));
  } catch {
    // Without storage there are no recents.
  }
}
