import * as z from 'zod';
import { GeneralSettings } from './settings/general.ts';

/** What anybody may know of the product that answers. */
export const Health = z.object({
  ok: z.boolean(),
  uptimeSeconds: z.number(),
  versions: z.object({
    appVersion: z.string(),
    gitSha: z.string().nullable(),
    buildTimestamp: z.string().nullable(),
  }),
  features: z.record(z.string(), z.boolean()),
});
export type Health = z.infer<typeof Health>;

/** What the panel needs of the site before anyone is known: its name and face, and the calendar of its terms. */
export const Site = z.object({
  name: z.string(),
  language: z.string(),
  timeZone: z.string(),
  weekStart: GeneralSettings.shape.weekStart.unwrap(),
  soonWindowHours: z.int(),
  theme: GeneralSettings.shape.theme.unwrap(),
  /** Addresses of pictures, which name their content; null where none was set. */
  logoLight: z.string().nullable(),
  logoDark: z.string().nullable(),
  favicon: z.string().nullable(),
  touchIcon: z.string().nullable(),
});
export type Site = z.infer<typeof Site>;
