// A page's blocks are typed into one terminal: what one assigns, the next one knows.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const LONGEST_MS = 10 * 60_000;

/** @typedef {{ folder: string, state: string, environment: NodeJS.ProcessEnv }} Terminal */

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} scratch
 * @returns {Terminal}
 */
export function openTerminal(folder, environment, scratch) {
  const state = path.join(fs.mkdtempSync(path.join(scratch, 'terminal-')), 'variables');
  fs.writeFileSync(state, '');
  return { folder, state, environment };
}

/**
 * @param {Terminal} terminal
 * @param {string} text
 * @returns {Promise<{ code: number | string, stdout: string, output: string }>}
 */
export function type({ folder, state, environment }, text) {
  const around = [
    'set -euo pipefail -o allexport',
    `. '${state}'`,
    `trap 'declare -px | grep -vE "^declare -[a-z]*r" > ${state}' EXIT`,
  ];
  const bash = spawn('bash', ['-c', `${around.join('\n')}\n${text}`], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let output = '';
  bash.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
    output += chunk;
  });
  bash.stderr.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  const late = setTimeout(() => endGroup(bash.pid), LONGEST_MS);
  // What a failed block left running would hold its output open.
  bash.on('exit', () => endGroup(bash.pid));
  return new Promise((resolve, reject) => {
    bash.on('error', reject);
    bash.on('close', (code, signal) => {
      clearTimeout(late);
      resolve({ code: code ?? signal ?? 'no exit code', stdout, output });
    });
  });
}

/** @param {number | undefined} pid */
function endGroup(pid) {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it was left.
  }
}
