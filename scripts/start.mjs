#!/usr/bin/env node
// `npm start`: installs, builds, and runs the portal until it is asked to stop. Runs on the host's Node.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { asCommand, build, envFile, install, onStop, refuseSecond, step } from './toolchain.mjs';

const isWindows = process.platform === 'win32';
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

await asCommand(async () => {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let supervisor;
  let isStopping = false;
  onStop((signal) => {
    isStopping = true;
    // Said twice it would mean: at once.
    const hasHeard = isWindows && signal === 'SIGINT';
    if (supervisor?.connected && !hasHeard) supervisor.send('shutdown');
  });

  refuseSecond(root);
  try {
    const toolchain = await install(root);
    await step('Build', () => build(toolchain));
    if (isStopping) return;
    supervisor = startSupervisor(toolchain.node);
  } catch (error) {
    if (isStopping) return;
    throw error;
  }
  process.exitCode = await exitCodeOf(supervisor);
});

/**
 * Its own process group keeps a Ctrl-C from reaching it twice; the channel tells it when this process is gone.
 * Windows would take its console away with that: there it hears the Ctrl-C itself.
 * @param {string} node
 */
function startSupervisor(node) {
  return spawn(node, [...envFile(root), path.join(root, 'apps/api/src/supervise.ts')], {
    cwd: root,
    detached: !isWindows,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
}

/** @param {import('node:child_process').ChildProcess} supervisor */
async function exitCodeOf(supervisor) {
  return new Promise((resolve) => {
    supervisor.on('error', (error) => {
      console.error(`The portal could not be started: ${error.message}`);
      resolve(1);
    });
    supervisor.on('exit', (code, signal) => {
      if (signal)
        console.error(`The portal was ended by ${signal}; the next start takes over what it left.`);
      resolve(code ?? 1);
    });
  });
}
