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
    .filter((entry) => words.every((word) => holds(entry, word)))
    .toSorted((a, b) => rank(a, wanted) - rank(b, wanted));
}

/** A letter or two are the beginning of a word of its own text: they are in everything else. */
function holds({ text, also = '' }: Findable, word: string): boolean {
  const key = nameKey(text);
  if (begins(key, word)) return true;
  return word.length > 2 && (key.includes(word) || begins(nameKey(also), word));
}

const begins = (key: string, word: string) =>
  key.split(/[\s\-_.:]+/).some((part) => part.startsWith(word)) || key.startsWith(word);

function rank({ text }: Findable, wanted: string): number {
  const key = nameKey(text);
  if (key.startsWith(wanted)) return 0;
  return key.includes(wanted) ? 1 : 2;
}
