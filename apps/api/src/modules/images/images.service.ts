import { createHash } from 'node:crypto';
import type { ShownTheme } from '@cmp/shared/images';
import type { Db } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { getAccount } from '#modules/accounts/accounts.service.ts';
import { type ChangeAction, inChange } from '#modules/changes/changes.service.ts';
import type { Actor } from '#plugins/access.ts';
import type { Upload } from '#plugins/uploads.ts';
import { type EncodedImage, encodeImage, type Wish } from './image-encoder.ts';
import {
  deleteImage,
  findImage,
  type Place,
  type SitePurpose,
  type StoredImage,
  saveImage,
} from './images.repository.ts';

export async function getImage(db: Db, place: Place): Promise<StoredImage> {
  const image = await findImage(db, place);
  if (!image) throw notFound();
  return image;
}

export function saveLogo(
  db: Db,
  actor: Actor,
  theme: ShownTheme,
  upload: Upload | undefined,
): Promise<void> {
  return save(db, actor, 'settings:update', [logoOf(theme)], 'logo', upload);
}

export function removeLogo(db: Db, actor: Actor, theme: ShownTheme): Promise<null> {
  return remove(db, actor, 'settings:update', [logoOf(theme)]);
}

export function saveFavicon(db: Db, actor: Actor, upload: Upload | undefined): Promise<void> {
  return save(db, actor, 'settings:update', favicons, 'favicon', upload);
}

export function removeFavicon(db: Db, actor: Actor): Promise<null> {
  return remove(db, actor, 'settings:update', favicons);
}

export async function saveAvatar(
  db: Db,
  actor: Actor,
  action: 'accounts:update' | 'profile:update',
  accountId: number,
  upload: Upload | undefined,
): Promise<void> {
  await getAccount(db, accountId);
  await save(db, actor, action, [avatarOf(accountId)], 'avatar', upload);
}

export function removeAvatar(
  db: Db,
  actor: Actor,
  action: 'accounts:update' | 'profile:update',
  accountId: number,
): Promise<null> {
  return remove(db, actor, action, [avatarOf(accountId)]);
}

export function logoOf(theme: ShownTheme): Place {
  return ofSite(`logo-${theme}`);
}

export function avatarOf(accountId: number): Place {
  return { purpose: 'avatar', accountId };
}

export function ofSite(purpose: SitePurpose): Place {
  return { purpose, accountId: null };
}

/** In the order in which the encoder gives them. */
const favicons = [ofSite('favicon'), ofSite('touch-icon')];

/** Decodes the file before the change begins, so that no transaction waits for it. */
async function save(
  db: Db,
  actor: Actor,
  action: ChangeAction,
  places: Place[],
  wish: Wish,
  upload: Upload | undefined,
): Promise<void> {
  if (!upload) throw new AppError('invalid_request', 'Send one file, in the field “file”.');
  const images = await encodeImage({ path: upload.path, wish });
  await inChange(db, actor, action, null, async (trx) => {
    for (const [index, place] of places.entries()) {
      const image = images[index];
      if (image) await saveImage(trx, place, withDigest(image));
    }
  });
}

function remove(db: Db, actor: Actor, action: ChangeAction, places: Place[]): Promise<null> {
  return inChange(db, actor, action, null, async (trx) => {
    let removed = 0;
    for (const place of places) if (await deleteImage(trx, place)) removed += 1;
    if (removed === 0) throw notFound();
    return null;
  });
}

function withDigest({ mediaType, bytes }: EncodedImage): StoredImage {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  // What crossed from the worker is a plain array, and pg would write that as JSON.
  return { mediaType, bytes: Buffer.from(bytes), sha256 };
}
