import * as z from 'zod';

/** What bounds a picture that is sent; it is decoded and encoded anew, never kept as it came. */
export const imageLimits = { bytes: 5_000_000, pixels: 16_000_000 } as const;

/** The kinds that are taken, by what a browser calls them. SVG is a program, and ICO a bag of pictures. */
export const acceptedImages = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;

/** Why a picture was refused, as `reason` of the refusal's details. */
export const ImageRefusal = z.enum([
  'empty',
  'svg',
  'ico',
  'kind',
  'pixels',
  'damaged',
  'slow',
  'bytes',
]);
export type ImageRefusal = z.infer<typeof ImageRefusal>;

export const ShownTheme = z.enum(['light', 'dark']);
export type ShownTheme = z.infer<typeof ShownTheme>;

/** The digest of the picture that is meant, so that a browser may keep it for ever. */
const version = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .optional();

export const ByTheme = z.strictObject({ theme: ShownTheme });
export const LogoQuery = z.strictObject({ theme: ShownTheme.default('light'), v: version });
export const FaviconQuery = z.strictObject({
  size: z.enum(['64', '180']).default('64'),
  v: version,
});
export const AvatarQuery = z.strictObject({ v: version });
