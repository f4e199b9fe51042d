import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Environment } from './environment.ts';

export interface Versions {
  appVersion: string;
  gitSha: string | null;
  buildTimestamp: string | null;
}

/** What runs here: a release brings a note of what it was built from, and the environment wins where it speaks. */
export function readVersions(
  root: string,
  { GIT_SHA, BUILD_TIMESTAMP }: Pick<Environment, 'GIT_SHA' | 'BUILD_TIMESTAMP'>,
): Versions {
  const release = readRelease(join(root, 'RELEASE.json'));
  return {
    appVersion: readFileSync(join(root, 'VERSION'), 'utf8').trim(),
    gitSha: GIT_SHA ?? release?.gitSha ?? null,
    buildTimestamp: BUILD_TIMESTAMP ?? release?.buildTimestamp ?? null,
  };
}

const Release = z.object({ gitSha: z.string(), buildTimestamp: z.string() });
type Release = z.infer<typeof Release>;

/** A checkout has none. */
function readRelease(file: string): Release | undefined {
  return existsSync(file) ? Release.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}
