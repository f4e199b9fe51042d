import * as z from 'zod';

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

/** What the sign-in page shows of the site before anyone is known. */
export const Site = z.object({ name: z.string(), language: z.string() });
export type Site = z.infer<typeof Site>;
