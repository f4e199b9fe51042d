import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { Config } from '#config.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const leastNode = 24;
const gigabyte = 1024 ** 3;
const leastFiles = 4_096;
const programMs = 5_000;

/** What is to be said of this machine and of the account that asks, whatever the database does. */
export async function checkMachine({ root }: Config): Promise<Finding[]> {
  const found = [checkNode(root), checkAccount(), checkMemory(), checkOpenFiles()];
  return [...found, await checkSync()].filter((finding) => finding !== undefined);
}

const Manifest = z.object({ optionalDependencies: z.record(z.string(), z.string()) });

function checkNode(root: string): Finding {
  const { version } = process;
  const mend = 'Run it by scripts/cmp, which takes the right one.';
  if (Number(process.versions.node.split('.')[0]) < leastNode)
    return bad('node', `${version} is too old`, mend);
  const manifest = Manifest.parse(
    JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')),
  );
  const pinned = manifest.optionalDependencies[`node-linux-${process.arch}`];
  return pinned === undefined || version === `v${pinned}`
    ? ok('node', version)
    : warn('node', `${version}, and this release was tried with v${pinned}`, mend);
}

function checkAccount(): Finding | undefined {
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  return uid === 0
    ? warn(
        'account',
        'this is root, and the portal needs no such power',
        'Run the portal and this command as an account of its own; installed: `cmp-portal doctor`.',
      )
    : ok('account', `${os.userInfo().username} is not root`);
}

/** Of the machine, or of the container where it has less. */
function checkMemory(): Finding {
  const most = process.constrainedMemory();
  const bytes = most > 0 ? Math.min(most, os.totalmem()) : os.totalmem();
  const says = `${Math.round((bytes * 10) / gigabyte) / 10} GB`;
  return bytes < 0.9 * gigabyte
    ? warn('memory', `${says} in all`, 'Give it a gigabyte: sign-ins and files of 20 MB need it.')
    : ok('memory', says);
}

/** Every connection and every file is one. Node raises the soft limit to the hard one. */
function checkOpenFiles(): Finding | undefined {
  const limits = '/proc/self/limits';
  if (!fs.existsSync(limits)) return undefined;
  const most = /^Max open files +(\d+)/m.exec(fs.readFileSync(limits, 'utf8'))?.[1];
  return most !== undefined && Number(most) < leastFiles
    ? warn('open files', `at most ${most}`, 'Raise the hard limit: LimitNOFILE= in the unit.')
    : ok('open files', `at most ${most ?? 'as many as wanted'}`);
}

/** Undefined where nothing says whether the clock is set by NTP. */
async function checkSync(): Promise<Finding | undefined> {
  const said = await ask('timedatectl', ['show', '--property=NTPSynchronized', '--value']);
  if (said === undefined || said === '') return undefined;
  return said === 'yes'
    ? ok('ntp', 'the clock is set by the network')
    : warn(
        'ntp',
        'nothing sets the clock, and sessions end by it',
        'Run: timedatectl set-ntp true. In a container, see to the host.',
      );
}

/** What a program of the system answers; undefined where it is not there or cannot say. */
export async function ask(program: string, args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: programMs });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
