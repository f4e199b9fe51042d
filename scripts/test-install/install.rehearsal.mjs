import { bootMachine } from '#scripts/test-install/machine.mjs';

/** @param {{ root: string, check: import('./checks.mjs').Sheet['check'] }} rehearsal */
export async function rehearse({ check }) {
  const machine = await bootMachine({ packages: ['postgresql', 'openssl', 'git'] });
  await check('boots', async () => {
    const { output } = await machine.exec('pwd; systemctl is-system-running');
    if (!/running/.test(output)) throw new Error(output);
  });
}
