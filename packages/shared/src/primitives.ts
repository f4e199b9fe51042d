import * as z from 'zod';

export const Id = z.int().positive().max(2_147_483_647);

/** The row's version that an edit was based on; a stale one is refused. */
export const Version = z.int().positive().max(2_147_483_647);

/** ISO 8601 text in UTC, from SQL to the screen. */
export const Timestamp = z.iso.datetime();

/** `YYYY-MM-DD`: a day in the site's zone, never a moment, never held in a `Date`. PostgreSQL knows no year 0. */
export const CalendarDate = z.iso.date().refine((date) => date >= '0001-01-01', 'No such year.');
export type CalendarDate = z.infer<typeof CalendarDate>;

/** A number in a path or a query, where everything is text: plain digits, so that a row has one address. */
export const digits = z.string().regex(/^\d+$/).transform(Number);

export const IdText = digits.pipe(Id);
export const ById = z.strictObject({ id: IdText });

/** The version of a DELETE, which has no body. */
export const AtVersion = z.strictObject({ version: digits.pipe(Version) });

/**
 * What a person typed: trimmed, in one Unicode form, without control characters or halves of characters. Something
 * of it can be seen: a name of joiners and fillers alone would be an empty line.
 */
export const text = (maxLength: number) =>
  z
    .string()
    .trim()
    .normalize('NFC')
    .regex(/^(?=.*[^\p{DI}\p{Z}])[^\p{Cc}\p{Cs}]+$/u)
    .max(maxLength);

/** The same where nothing may be said: an empty field is null. A codec, since a transform has no JSON schema. */
export const optionalText = (maxLength: number) =>
  z.codec(
    z
      .string()
      .trim()
      .normalize('NFC')
      .regex(/^[^\p{Cc}\p{Cs}]*$/u)
      .max(maxLength)
      .nullable(),
    z.string().max(maxLength).nullable(),
    { decode: (typed) => typed || null, encode: (stored) => stored },
  );

export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), total: z.int(), nextCursor: z.string().optional() });

/** Two names are the same where their keys are. The only case folding there is; SQL does none. */
export function nameKey(name: string): string {
  // Lower case can compose where upper case cannot (H̱ and ẖ), so the form is brought about again.
  return name.normalize('NFKC').toLowerCase().normalize('NFKC').trim();
}
