import { BotAct } from '@cmp/shared/bot';

/** What Telegram keeps behind a button. */
const MOST_BYTES = 64;

/** The first letters of a button's data, and what they ask for. Short: some of them carry names. */
const letters = {
  h: 'home',
  st: 'status',
  so: 'soon',
  ex: 'expired',
  f: 'find',
  ss: 'servers',
  s: 'server',
  u: 'user',
  p: 'preview',
  x: 'extend',
  z: 'undo',
  r: 'report',
  n: 'notify',
  c: 'choose',
  a: 'sign-in-alerts',
} as const satisfies Record<string, BotAct['kind']>;

/** By kind, what follows the letters, in order. A text comes last, since it may hold anything. */
const fields = {
  home: [],
  status: [],
  soon: ['page'],
  expired: ['page'],
  find: ['page', 'text'],
  servers: ['page'],
  server: ['serverId', 'page'],
  user: ['userId'],
  preview: ['userId', 'months'],
  extend: ['userId', 'months', 'version'],
  undo: ['changeId'],
  report: [],
  notify: [],
  choose: ['isOn', 'event'],
  'sign-in-alerts': ['isOn'],
} as const satisfies Record<(typeof letters)[keyof typeof letters], readonly string[]>;

/** What stands behind a button, or nothing where it does not fit. */
export function dataOf(act: BotAct): string | undefined {
  const letter = Object.entries(letters).find(([, kind]) => kind === act.kind);
  if (!letter) return undefined;
  const values = Object.entries(act);
  const texts = fields[letter[1]].map((field) => {
    const value = values.find(([name]) => name === field)?.[1];
    return typeof value === 'boolean' ? String(Number(value)) : String(value);
  });
  const data = [letter[0], ...texts].join(':');
  return Buffer.byteLength(data) <= MOST_BYTES ? data : undefined;
}

/** What a button asks for. Anybody can send anything for it: what is no act is nothing, and rights are the API's. */
export function actOf(data: string): BotAct | undefined {
  const [letter = '', ...texts] = data.split(':');
  const kind = Object.entries(letters).find(([short]) => short === letter)?.[1];
  if (!kind) return undefined;
  const names: readonly string[] = fields[kind];
  if (texts.length !== names.length && names.at(-1) !== 'text') return undefined;
  const values = names.map((name, index) => {
    if (name === 'text') return [name, texts.slice(index).join(':')];
    const text = texts[index] ?? '';
    return [name, read(name, text)];
  });
  return BotAct.safeParse({ kind, ...Object.fromEntries(values) }).data;
}

function read(name: string, text: string): unknown {
  if (name === 'event') return text;
  if (!/^\d{1,16}$/.test(text)) return undefined;
  return name === 'isOn' ? text === '1' : Number(text);
}
