// Not run: there was no Windows where this was written.
// PM2's signals end a process on the spot on Windows: it is told in a word instead, and answers what it has accepted.
const root = process.cwd();

module.exports = {
  apps: [
    {
      name: 'cmp',
      cwd: root,
      script: 'apps/api/src/supervise.ts',
      interpreter: process.execPath,
      interpreter_args: '--env-file=.env',
      exec_mode: 'fork',
      shutdown_with_message: true,
      kill_timeout: 45_000,
      restart_delay: 5_000,
    },
  ],
};
