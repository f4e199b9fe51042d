import { text } from 'node:stream/consumers';
import { runCmp } from '#cli/program.ts';

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => stopping.abort());
// Whoever read our output may be gone, as `cmp … | head` is.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const exitCode = await runCmp(process.argv.slice(2), {
  // biome-ignore lint/style/noProcessEnv: handed to the configuration, not read.
  environment: process.env,
  isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
  write: (line) => process.stdout.write(line),
  writeError: (line) => process.stderr.write(line),
  readInput: () => text(process.stdin),
  signal: stopping.signal,
});
process.exit(exitCode);
