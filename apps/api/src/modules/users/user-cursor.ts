import { CalendarDate, Id } from '@cmp/shared/primitives';
import type { UserSort } from '@cmp/shared/users';
import { type RawBuilder, sql } from 'kysely';
import * as z from 'zod';
import { AppError } from '#lib/errors.ts';

/** A place in a list: the sort it belongs to, the row's key there, and its id. */
export interface UserCursor {
  key: string;
  id: number;
}

/** A cursor's values, or slots of a statement for them. */
export type CursorSql = { [Part in keyof UserCursor]: UserCursor[Part] | RawBuilder<unknown> };

const Place = z.tuple([z.string(), z.string(), Id]);

/** The stored columns that carry the orders; the text form of each is a cursor's key. */
const columnOf = {
  name: { column: sql<string>`users.name_key`, type: sql`text collate "C"` },
  expires: { column: sql<string>`users.expires_on`, type: sql`date` },
  arrival: { column: sql<string>`users.position`, type: sql`bigint` },
} as const;

const fieldOf = {
  name: 'name',
  '-name': 'name',
  expires: 'expires',
  '-expires': 'expires',
  arrival: 'arrival',
  '-arrival': 'arrival',
} as const satisfies Record<UserSort, keyof typeof columnOf>;

export interface UserOrder {
  sort: UserSort;
  /** The row's key as text, to be selected and put into a cursor. */
  keyText: RawBuilder<string>;
  /** Of the whole list, or from its end backwards. */
  orderBy: (isBackwards: boolean) => RawBuilder<unknown>;
  isPast: (cursor: CursorSql, isBackwards: boolean) => RawBuilder<boolean>;
}

export function orderOf(sort: UserSort): UserOrder {
  const isDescending = sort.startsWith('-');
  const { column, type } = columnOf[fieldOf[sort]];
  return {
    sort,
    keyText: sql<string>`${column}::text`,
    orderBy: (isBackwards) =>
      isDescending === isBackwards
        ? sql`${column} asc, users.id asc`
        : sql`${column} desc, users.id desc`,
    isPast: ({ key, id }, isBackwards) =>
      isDescending === isBackwards
        ? sql`(${column}, users.id) > (${key}::${type}, ${id}::int)`
        : sql`(${column}, users.id) < (${key}::${type}, ${id}::int)`,
  };
}

export function writeCursor(sort: UserSort, { key, id }: UserCursor): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString('base64url');
}

/** Reads back what `writeCursor` gave for the same sort; anything else is refused. */
export function readCursor(sort: UserSort, text: string): UserCursor {
  const [cursorSort, key, id] = Place.safeParse(parseJson(text)).data ?? [];
  const isKey = key !== undefined && keyForm[fieldOf[sort]].safeParse(key).success;
  if (cursorSort !== sort || !isKey || id === undefined)
    throw new AppError('invalid_request', 'This cursor is not of this list and order.');
  return { key, id };
}

const keyForm = {
  name: z.string().regex(/^[^\0]*$/),
  expires: z.union([CalendarDate, z.literal('infinity')]),
  arrival: z.string().regex(/^\d{1,18}$/),
} as const;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
