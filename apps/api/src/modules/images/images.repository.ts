import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import type { EncodedImage } from './image-encoder.ts';

export type SitePurpose = 'logo-light' | 'logo-dark' | 'favicon' | 'touch-icon';

/** Whose picture: the site's, by what it is for, or an account's. */
export type Place =
  | { purpose: SitePurpose; accountId: null }
  | { purpose: 'avatar'; accountId: number };

export interface StoredImage {
  mediaType: EncodedImage['mediaType'];
  bytes: Buffer;
  sha256: string;
}

export async function findImage(
  db: Db,
  { purpose, accountId }: Place,
): Promise<StoredImage | undefined> {
  return db
    .selectFrom('images')
    .select((eb) => [
      eb.ref('mediaType').$castTo<StoredImage['mediaType']>().as('mediaType'),
      'bytes',
      'sha256',
    ])
    .where('purpose', '=', purpose)
    .where('accountId', 'is not distinct from', accountId)
    .executeTakeFirst();
}

/** The digests of the site's own pictures, by what they are for. */
export async function listSiteImages(db: Db): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('images')
    .select(['purpose', 'sha256'])
    .where('accountId', 'is', null)
    .execute();
  return new Map(rows.map(({ purpose, sha256 }) => [purpose, sha256]));
}

/** Puts a picture in its place, in the place of the one before. */
export async function saveImage(trx: Trx, place: Place, image: StoredImage): Promise<void> {
  await trx
    .insertInto('images')
    .values({ ...place, ...image })
    .onConflict((conflict) =>
      conflict.columns(['purpose', 'accountId']).doUpdateSet({ ...image, updatedAt: sql`now()` }),
    )
    .execute();
}

/** Whether there was one. */
export async function deleteImage(trx: Trx, { purpose, accountId }: Place): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('images')
    .where('purpose', '=', purpose)
    .where('accountId', 'is not distinct from', accountId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
