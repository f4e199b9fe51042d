import * as z from 'zod';

/** A host's name or address, without a scheme, a port or a path. */
export const Host = z
  .string()
  .trim()
  .max(253)
  .regex(/^[\p{L}\p{N}](?:[\p{L}\p{N}._:-]*[\p{L}\p{N}.:])?$|^::[\da-fA-F:.]*$/u);

export const Port = z.int().min(1).max(65_535);

/** A time of the site's day, as 03:30. */
export const TimeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);

export const Weekday = z.enum([
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
]);
export type Weekday = z.infer<typeof Weekday>;

/** A list in which nothing stands twice. */
export const setOf = <Item extends z.ZodType>(item: Item, most: number) =>
  z
    .array(item)
    .max(most)
    .refine((items) => new Set(items).size === items.length, 'Each at most once.');

/** What every good test tells besides. */
export const testAnswer = { ok: z.literal(true), tookMs: z.int() };
