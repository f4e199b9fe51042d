/** A language to test with: the same sentences, longer, accented and bracketed. Parameters stay as they are. */
export function pseudoOf<T extends Tree>(tree: T): Tree {
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [
      key,
      typeof value === 'string' ? accented(value) : pseudoOf(value),
    ]),
  );
}

export interface Tree {
  readonly [key: string]: string | Tree;
}

function accented(sentence: string): string {
  const parts = sentence.split(/(\{\{.*?\}\}|<\/?\w+>|\$t\(.*?\))/);
  const spoken = parts.map((part, index) =>
    index % 2 === 0 ? part.replace(/[a-z]/gi, accent) : part,
  );
  return `⟦${spoken.join('')}⟧`;
}

function accent(letter: string): string {
  return accents[letter] ?? letter;
}

const accents: Record<string, string> = {
  a: 'á',
  c: 'ç',
  e: 'é',
  i: 'í',
  n: 'ñ',
  o: 'ó',
  s: 'š',
  u: 'ú',
  y: 'ý',
  z: 'ž',
  A: 'Á',
  C: 'Ç',
  E: 'É',
  I: 'Í',
  N: 'Ñ',
  O: 'Ó',
  S: 'Š',
  U: 'Ú',
  Y: 'Ý',
  Z: 'Ž',
};
