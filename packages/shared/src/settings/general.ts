import * as z from 'zod';
import { text } from '#primitives.ts';

/** What holds for the whole site: its name, its calendar, its patience. */
export const GeneralSettings = z.object({
  siteName: text(60).default('Portal'),
  /** IANA name. Every `expiresOn` is a day of this zone. */
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'An IANA time zone, as Asia/Yangon.')
    .default('UTC'),
  language: z.enum(['en']).default('en'),
  weekStart: z.enum(['monday', 'saturday', 'sunday']).default('monday'),
  /** How a spreadsheet's 03/04/2026 is read. */
  dateOrder: z.enum(['DMY', 'MDY']).default('DMY'),
  soonWindowHours: z.literal([24, 72, 168]).default(24),
  binRetentionDays: z.int().min(1).max(3650).default(30),
  /** What the panel looks like to those who did not choose. */
  theme: z.enum(['light', 'dark', 'system']).default('system'),
  /** A session that asked for nothing for so long is over. Null: only its own end ends it. */
  idleLimitMinutes: z.int().min(5).max(10_080).nullable().default(null),
  /** ISO 4217, of the services' prices. */
  currency: z.string().refine(isCurrency, 'An ISO 4217 code, as MMK.').default('USD'),
});
export type GeneralSettings = z.infer<typeof GeneralSettings>;

/** Of the settings that were read last: they are parsed again and again, and a formatter is dear to make. */
let knownZone = 'UTC';

function isTimeZone(name: string): boolean {
  if (name === knownZone) return true;
  try {
    // An offset is no zone: it knows no summer.
    const isZone =
      !/^[+-]/.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
    if (isZone) knownZone = name;
    return isZone;
  } catch {
    return false;
  }
}

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

function isCurrency(code: string): boolean {
  return currencies.has(code);
}
