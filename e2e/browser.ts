import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

export interface Browser {
  executablePath: string;
  args: string[];
  /** Set where the browser brings libraries and fonts of its own. */
  env?: Record<string, string>;
}

/** It calls nobody and shows nothing that is not under test. */
const QUIET = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The package's own names directories of the place it was made for. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`;

/** A Chromium for the tests: the named one, the system's, Playwright's own, or the one inside an npm package. */
export async function findBrowser(): Promise<Browser> {
  const named = process.env.CHROMIUM_PATH;
  if (named) return { executablePath: named, args: QUIET };

  const installed = [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    chromium.executablePath(),
  ].find((file) => fs.existsSync(file));
  if (installed) return { executablePath: installed, args: QUIET };

  return packagedBrowser();
}

/** Unpacked once into `.cache/`; under its name only when whole, so that a killed unpacking does not count. */
async function packagedBrowser(): Promise<Browser> {
  const entry = import.meta.resolve('@sparticuz/chromium');
  const archives = path.resolve(fileURLToPath(entry), '..', '..', 'bin');
  const cache = path.resolve(import.meta.dirname, '..', '.cache');
  const place = path.join(
    cache,
    `chromium-${fs.statSync(path.join(archives, 'chromium.br')).size}`,
  );
  if (!fs.existsSync(place)) await unpack(archives, place);

  const executablePath = path.join(place, 'chromium');
  const env = libraryEnvironment(place, executablePath);
  return { executablePath, args: QUIET, ...(env && { env }) };
}

async function unpack(archives: string, place: string): Promise<void> {
  const { inflate } = await import('@sparticuz/chromium');
  fs.mkdirSync(path.dirname(place), { recursive: true });
  const fresh = fs.mkdtempSync(`${place}-`);
  // The package unpacks to the temporary directory, which others may write: a browser is not run from there.
  const { TMPDIR } = process.env;
  process.env.TMPDIR = fresh;
  try {
    for (const name of ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']) {
      await inflate(path.join(archives, name));
    }
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
  fs.writeFileSync(path.join(fresh, 'fonts', 'fonts.conf'), FONTS);
  fs.renameSync(fresh, place);
}

/** Bare systems lack NSS and fonts: the package's serve there, and only there. */
function libraryEnvironment(place: string, program: string): Record<string, string> | undefined {
  const missing: Record<string, string> = {};
  if (spawnSync(program, ['--version']).status !== 0) {
    missing.LD_LIBRARY_PATH = path.join(place, 'al2023', 'lib');
  }
  if (!fs.existsSync('/etc/fonts/fonts.conf')) missing.FONTCONFIG_PATH = path.join(place, 'fonts');
  if (Object.keys(missing).length === 0) return undefined;

  const given = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(given), ...missing };
}
