import fs from 'node:fs';
import path from 'node:path';

/** Writes a file so that after a crash it is either the old one or the new one, whole. */
export function writeWholeFile(file: string, text: string, mode: number): void {
  const fresh = `${file}.new`;
  fs.rmSync(fresh, { force: true });
  const descriptor = fs.openSync(fresh, 'wx', mode);
  try {
    fs.writeFileSync(descriptor, text);
    keepOwnerOf(path.dirname(file), descriptor);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
  fs.renameSync(fresh, file);
  syncDirectory(path.dirname(file));
}

/** Started once as root, the product must still be able to read its files as the account that owns them. */
function keepOwnerOf(directory: string, descriptor: number): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = fs.statSync(directory);
  fs.fchownSync(descriptor, uid, gid);
}

/** Without this the rename itself may be forgotten by a power cut. */
export function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
