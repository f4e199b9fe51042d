#!/usr/bin/env node
// Makes a release from the last commit of a checkout: what is not committed is not in it.
//
//   node scripts/release/bundle.mjs --out DIR [--tree DIR] [--name NAME] [--arch x64|arm64]
//
// DIR gets cmp-NAME-linux-ARCH.tar.gz, its bill of materials (.cdx.json), and SHA256SUMS over all that lies there of
// that name. NAME is the version where the commit bears its tag, else the version and the commit. The same commit
// gives the same bytes: docs/releasing.md.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { asCommand, onStop, Refused, step } from '#scripts/toolchain.mjs';
import { writeArchive, writeSums } from './archive.mjs';
import { writeBillOfMaterials } from './bill-of-materials.mjs';
import { describeCommit, unpackCommit } from './commit.mjs';
import { buildPanel, installProduction, keepWhatRuns } from './stage.mjs';

const ARCHITECTURES = ['x64', 'arm64'];

await asCommand(async () => {
  const { out, tree, name, arch } = readArguments();
  refuseElsewhere();
  const commit = describeCommit(tree, name);
  fs.mkdirSync(out, { recursive: true });
  const base = fs.mkdtempSync(path.join(out, '.bundle-'));
  onStop(() => {});
  try {
    const source = path.join(base, 'source');
    const top = path.join(base, `cmp-${commit.name}`);
    const title = `cmp-${commit.name}-linux-${arch}`;
    const bundle = path.join(out, `${title}.tar.gz`);
    unpackCommit(tree, source);
    unpackCommit(tree, top);
    await step('Panel', () => buildPanel(source, base));
    await step('Programs', () => installProduction(top, base, arch));
    await step('Materials', () =>
      writeBillOfMaterials(top, base, commit, path.join(out, `${title}.cdx.json`)),
    );
    keepWhatRuns(top, source, commit);
    await step('Archive', () => writeArchive(top, bundle, commit));
    writeSums(out, commit.name);
    console.log(bundle);
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
});

function readArguments() {
  const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      tree: { type: 'string', default: here },
      name: { type: 'string' },
      arch: { type: 'string', default: process.arch },
    },
  });
  if (!values.out) throw new Refused('Say where the release is to lie: --out DIR.');
  if (!ARCHITECTURES.includes(values.arch))
    throw new Refused(`There are releases for ${ARCHITECTURES.join(' and ')}, not ${values.arch}.`);
  return { ...values, out: path.resolve(values.out), tree: path.resolve(values.tree) };
}

/** The same bytes are a promise of GNU tar's. */
function refuseElsewhere() {
  const { stdout } = spawnSync('tar', ['--version'], { encoding: 'utf8' });
  if (process.platform !== 'linux' || !stdout?.includes('GNU tar'))
    throw new Refused('A release is built on Linux, with GNU tar.');
}
