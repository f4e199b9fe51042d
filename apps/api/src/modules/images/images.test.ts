import { readdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { imageLimits } from '@cmp/shared/images';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { client, listEntries, test, uploadsDir } from '#test/fixtures.ts';
import { animation, flood, noise, photograph, picture } from '#test/pictures.ts';

type Client = ReturnType<typeof client>;
const logo = '/settings/general/logo?theme=light';
const favicon = '/settings/general/favicon';

/** Sends a file as a page does. */
function send({ put }: Client, url: string, bytes: Buffer | string, fileName = 'picture.png') {
  const payload = Buffer.concat([
    Buffer.from(
      `--cut\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\ncontent-type: image/png\r\n\r\n`,
    ),
    Buffer.from(bytes),
    Buffer.from('\r\n--cut--\r\n'),
  ]);
  return put(url, payload, { 'content-type': 'multipart/form-data; boundary=cut' });
}

describe('a picture of the site', () => {
  test.for(['png', 'jpeg', 'webp', 'gif'] as const)(
    'is taken as %s and served as WebP of ours, within its bounds',
    async (kind, { api }) => {
      const sent = await picture(kind, { width: 2000, height: 400 });

      const saved = await send(await api.as('admin'), logo, sent);
      const { logoLight, logoDark } = saved.json();
      const served = await api.get(logoLight.replace('/api', ''));

      expect(saved.statusCode).toBe(200);
      expect(logoDark).toBeNull();
      expect(served.statusCode).toBe(200);
      expect(served.headers['content-type']).toBe('image/webp');
      expect(await sharp(served.rawPayload).metadata()).toMatchObject({
        format: 'webp',
        width: 512,
        height: 102,
      });
      expect((await api.get('/site')).json()).toMatchObject({ logoLight, logoDark: null });
    },
  );

  test('cannot run, be framed elsewhere, or be taken for anything else', async ({ api }) => {
    const { logoLight } = (await send(await api.as('admin'), logo, await picture('png'))).json();

    const { headers } = await api.get(logoLight.replace('/api', ''));

    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  test('is kept by a browser for as long as it is the same', async ({ api }) => {
    const admin = await api.as('admin');
    await send(admin, logo, await picture('png'));
    const address = '/site/logo?theme=light';

    const first = await api.get(address);
    const again = await api.get(address, { 'if-none-match': String(first.headers.etag) });
    await send(admin, logo, await picture('png', { colour: '#ffffff' }));
    const other = await api.get(address, { 'if-none-match': String(first.headers.etag) });

    expect(first.headers['cache-control']).toBe('public, no-cache');
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect(other.statusCode).toBe(200);
    expect(other.headers.etag).not.toBe(first.headers.etag);
  });

  test('is a sign for tabs in two sizes, both squares of PNG', async ({ api }) => {
    const sent = await picture('jpeg', { width: 300, height: 100 });

    const saved = await send(await api.as('admin'), favicon, sent);
    const { favicon: small, touchIcon: large } = saved.json();
    const served = [await get(small), await get(large)];

    for (const [index, side] of [64, 180].entries())
      expect(await sharp(served[index]).metadata()).toMatchObject({
        ...{ format: 'png', width: side, height: side },
      });

    async function get(address: string): Promise<Buffer> {
      return (await api.get(address.replace('/api', ''))).rawPayload;
    }
  });

  test('is replaced and removed, and each is told in the log without its bytes', async ({
    api,
    db,
  }) => {
    const admin = await api.as('admin');
    await send(admin, logo, await picture('png'));
    await send(admin, logo, await picture('png', { colour: '#ffffff' }));

    const log = (await admin.get('/audit?table=images')).json();
    const removed = await admin.delete(logo);
    const again = await admin.delete(logo);

    expect([removed.statusCode, again.statusCode]).toEqual([204, 404]);
    expect((await api.get('/site')).json().logoLight).toBeNull();
    expect((await api.get('/site/logo?theme=light')).statusCode).toBe(404);
    const entries = (await listEntries(db)).filter(({ tableName }) => tableName === 'images');
    expect(entries.map(({ action }) => action)).toEqual(Array(3).fill('settings:update'));
    expect(Object.keys(entries[1]?.after ?? {})).toEqual(['sha256']);
    expect(log.items).toMatchObject(Array(2).fill({ rowName: 'logo-light' }));
  });
});

const strange: [string, () => Buffer | string | Promise<Buffer>, number, string, string][] = [
  ['a flood of pixels', () => flood(16_000, 16_000), 422, 'image_refused', 'pixels'],
  ['a picture cut off', async () => cut(await noise(300)), 422, 'image_refused', 'damaged'],
  ['nothing at all', () => Buffer.alloc(0), 422, 'image_refused', 'empty'],
  ['an SVG called .png', () => svg, 415, 'file_type_refused', 'svg'],
  ['an icon', () => icon, 415, 'file_type_refused', 'ico'],
  ['a web page', () => '<html><script>alert(1)</script>', 415, 'file_type_refused', 'kind'],
  ['a TIFF', () => tiff(), 415, 'file_type_refused', 'kind'],
  ['an SVG behind a PNG’s first bytes', () => disguised, 422, 'image_refused', 'damaged'],
];

describe('what is no picture', () => {
  test.for(strange)(
    'is refused, and the picture before stays: %s',
    async ([, make, status, code, reason], { api }) => {
      const admin = await api.as('admin');
      const before = (await send(admin, logo, await picture('png'))).json();

      const refused = await send(admin, logo, await make());

      expect(refused.statusCode).toBe(status);
      expect(refused.json()).toMatchObject({ code, details: { reason } });
      expect((await api.get('/site')).json()).toEqual(before);
    },
  );

  test('is refused where it is larger than 5 MB, and leaves nothing on the disk', async ({
    api,
  }) => {
    const refused = await send(await api.as('admin'), logo, Buffer.alloc(imageLimits.bytes + 1, 9));

    expect(refused.statusCode).toBe(413);
    expect(refused.json()).toMatchObject({ code: 'file_too_large', details: { limit: 'bytes' } });
    await expect.poll(() => readdir(uploadsDir)).toEqual([]);
  });

  test('is refused where it is no form', async ({ api }) => {
    const refused = await (await api.as('admin')).put(logo, { file: 'x' });

    expect([refused.statusCode, refused.json().code]).toEqual([415, 'unsupported_media_type']);
  });
});

describe('of a picture stays nothing but the picture', () => {
  test('not what a photograph says of itself, and it stands upright', async ({ api }) => {
    const sent = await photograph();
    expect((await sharp(sent).metadata()).exif).toBeDefined();

    const { logoLight } = (await send(await api.as('admin'), logo, sent)).json();
    const { rawPayload } = await api.get(logoLight.replace('/api', ''));

    const { exif, orientation, width, height } = await sharp(rawPayload).metadata();
    expect({ exif, orientation }).toEqual({});
    expect([width, height]).toEqual([64, 128]);
    expect(rawPayload.includes('canary-exif')).toBe(false);
  });

  test('not a script that hides in it', async ({ api }) => {
    const script = '<script>alert("canary-script")</script>';
    const sent = Buffer.concat([await picture('gif'), Buffer.from(script)]);

    const { logoLight } = (await send(await api.as('admin'), logo, sent)).json();
    const { rawPayload } = await api.get(logoLight.replace('/api', ''));

    expect(rawPayload.includes('canary-script')).toBe(false);
    expect(rawPayload.subarray(0, 4).toString()).toBe('RIFF');
  });

  test('not the other 999 of an animation', async ({ api }) => {
    const sent = await animation(1000);
    expect((await sharp(sent).metadata()).pages).toBe(1000);

    const { logoLight } = (await send(await api.as('admin'), logo, sent)).json();
    const { rawPayload } = await api.get(logoLight.replace('/api', ''));

    const { data } = await sharp(rawPayload).raw().toBuffer({ resolveWithObject: true });
    expect((await sharp(rawPayload).metadata()).pages ?? 1).toBe(1);
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });
});

test('others are answered while a picture is decoded', async ({ api, app }) => {
  const admin = await api.as('admin');
  const heavy = await sharp({
    create: {
      ...{ width: 4000, height: 3900, channels: 3, background: '#076077' },
      noise: { type: 'gaussian', mean: 128, sigma: 4 },
    },
  })
    .jpeg({ quality: 60 })
    .toBuffer();
  expect(heavy.length).toBeLessThan(imageLimits.bytes);
  await send(admin, favicon, await picture('png'));

  let isDone = false;
  const begun = performance.now();
  const decoding = send(admin, favicon, heavy).finally(() => {
    isDone = true;
  });
  const silences: number[] = [];
  let last = performance.now();
  while (!isDone) {
    await wait(2);
    await client(app).get('/health');
    silences.push(performance.now() - last);
    last = performance.now();
  }
  const tookMs = performance.now() - begun;

  expect((await decoding).statusCode).toBe(200);
  expect(silences.length).toBeGreaterThan(10);
  // A share of the whole, so that a busy machine is not taken for a blocked one.
  expect(Math.max(...silences)).toBeLessThan(tookMs / 3);
});

describe('the picture of an account', () => {
  test('is a square of its middle, seen by its owner and by who may read the account', async ({
    api,
  }) => {
    const viewer = await api.as('viewer');
    const stranger = await api.as('viewer');
    const admin = await api.as('admin');
    const { id } = viewer.account;

    const saved = await send(viewer, '/auth/avatar', await picture('jpeg'));
    const { avatarHash } = saved.json().account;
    const mine = await viewer.get(`/auth/avatar?v=${avatarHash}`);
    const seen = await admin.get(`/accounts/${id}/avatar?v=${avatarHash}`);

    expect(await sharp(mine.rawPayload).metadata()).toMatchObject({ width: 256, height: 256 });
    expect(mine.headers['cache-control']).toBe('private, max-age=31536000, immutable');
    expect(seen.rawPayload).toEqual(mine.rawPayload);
    expect((await stranger.get(`/accounts/${id}/avatar`)).statusCode).toBe(403);
    expect((await stranger.get('/auth/avatar')).statusCode).toBe(404);
    expect((await viewer.get('/auth/session')).json().account).toMatchObject({ avatarHash });
    expect((await admin.get(`/accounts/${id}`)).json()).toMatchObject({ avatarHash });
  });

  test('is set and removed by an admin', async ({ api }) => {
    const { account } = await api.as('viewer');
    const admin = await api.as('admin');
    const url = `/accounts/${account.id}/avatar`;

    const saved = await send(admin, url, await picture('webp'));
    const removed = await admin.delete(url);

    expect(saved.json().avatarHash).toMatch(/^[0-9a-f]{64}$/);
    expect(removed.statusCode).toBe(204);
    expect((await admin.get(`/accounts/${account.id}`)).json().avatarHash).toBeNull();
    expect((await send(admin, '/accounts/999999/avatar', 'x')).statusCode).toBe(404);
  });

  test('goes with the account', async ({ api, db }) => {
    const { account } = await api.as('viewer');
    const admin = await api.as('admin');
    await send(admin, `/accounts/${account.id}/avatar`, await picture('png'));

    const { version } = (await admin.get(`/accounts/${account.id}`)).json();
    const removed = await admin.delete(`/accounts/${account.id}?version=${version}`);

    expect(removed.statusCode).toBe(204);
    expect(await db.selectFrom('images').select('id').execute()).toEqual([]);
  });
});

const svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>';
const disguised = Buffer.concat([Buffer.from('89504E470D0A1A0A', 'hex'), Buffer.from(svg)]);
const icon = Buffer.concat([Buffer.from('0000010001004040', 'hex'), Buffer.alloc(400)]);

function cut(whole: Buffer): Buffer {
  return whole.subarray(0, whole.length / 2);
}

function tiff(): Promise<Buffer> {
  return sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
    .tiff()
    .toBuffer();
}
