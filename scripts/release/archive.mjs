import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { run } from '#scripts/toolchain.mjs';

/**
 * One folder, the same bytes whoever builds it and when.
 * @param {string} top
 * @param {string} bundle
 * @param {import('./commit.mjs').Commit} commit
 */
export async function writeArchive(top, bundle, { committedAt }) {
  const mtime = `--mtime=@${committedAt.getTime() / 1000}`;
  const tar = `${top}.tar`;
  const made = await run(
    'tar',
    [
      '--sort=name',
      '--format=gnu',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=u+rwX,go+rX,go-w',
      // Files that a package store keeps once are hard links in one place and copies in another.
      '--hard-dereference',
      mtime,
      '-cf',
      tar,
      '-C',
      path.dirname(top),
      path.basename(top),
    ],
    { cwd: path.dirname(top), env: { ...process.env, LC_ALL: 'C' }, quiet: true },
  );
  if (made.code !== 0) return made;
  const packed = await run('gzip', ['-n', '-f', tar], {
    cwd: path.dirname(top),
    env: process.env,
    quiet: true,
  });
  if (packed.code === 0) fs.renameSync(`${tar}.gz`, bundle);
  return packed;
}

/**
 * SHA256SUMS over all that lies there of one release, so that a second architecture joins the first.
 * @param {string} out
 * @param {string} name
 */
export function writeSums(out, name) {
  const files = fs
    .readdirSync(out)
    .filter((file) => file.startsWith(`cmp-${name}-linux-`))
    .sort();
  const lines = files.map((file) => {
    const hash = createHash('sha256')
      .update(fs.readFileSync(path.join(out, file)))
      .digest('hex');
    return `${hash}  ${file}\n`;
  });
  fs.writeFileSync(path.join(out, 'SHA256SUMS'), lines.join(''));
}
