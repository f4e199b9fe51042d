/** What to say of a password while it is typed. A hint only: the API judges. */
export type Advice =
  | { is: 'Empty' | 'Name' | 'Repeat' | 'Sequence' | 'Fair' | 'Good' }
  | { is: 'Short'; missing: number };

const leastLength = 12;
const strongLength = 16;

/** Advice on a password, given the names that a guesser would try first. */
export function adviceOn(password: string, names: readonly string[]): Advice {
  if (password === '') return { is: 'Empty' };
  const missing = leastLength - password.length;
  if (missing > 0) return { is: 'Short', missing };

  const plain = password.toLowerCase();
  const nameParts = names.flatMap((name) => name.toLowerCase().split(/[\s._@-]+/));
  if (nameParts.some((part) => part.length >= 3 && plain.includes(part))) return { is: 'Name' };
  if (new Set(plain).size < 6 || /(.{2,})\1\1/.test(plain)) return { is: 'Repeat' };
  if (runs.some((run) => plain.includes(run))) return { is: 'Sequence' };
  return { is: password.length >= strongLength ? 'Good' : 'Fair' };
}

const runs = ['12345', '54321', 'abcde', 'qwert', 'asdfg', 'password', 'letmein', 'admin123'];
