import { nameKey } from '@cmp/shared/primitives';

/** What can be found by its text, and by other words that people use for it. */
export interface Findable {
  text: string;
  also?: string;
}

/** Those in which every word that was typed is found; the ones whose text begins with it come first. */
export function found<Entry extends Findable>(entries: readonly Entry[], typed: string): Entry[] {
  const wanted = nameKey(typed);
  const words = wanted.split(/\s+/).filter(Boolean);
  return entries
    .filter(({ text, also = '' }) => {
      const key = nameKey(`${text} ${also}`);
      return words.every((word) => key.includes(word));
    })
    .toSorted((a, b) => rank(a, wanted) - rank(b, wanted));
}

function rank({ text, also = '' }: Findable, wanted: string): number {
  const key = nameKey(text);
  if (key.startsWith(wanted)) return 0;
  if (key.includes(wanted)) return 1;
  return ` ${nameKey(also)}`.includes(` ${wanted}`) ? 2 : 3;
}
