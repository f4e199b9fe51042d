import type { Host, HostAct, HostActBegun } from '@cmp/shared/host';
import type { Db } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import type { Actor } from '#plugins/access.ts';
import { askHelper, unitsOf } from './helper.ts';

/** How the units fare that run this portal. */
export async function readHost(socket: string): Promise<Host> {
  return { units: unitsOf((await askHelper(socket, 'status')) ?? []) };
}

/**
 * Has the machine do one of the few things it does for an admin. It is begun when this answers: who answers may be
 * what is restarted, and is let finish first.
 */
export function askHost(db: Db, socket: string, actor: Actor, act: HostAct): Promise<HostActBegun> {
  return inChange(db, actor, `host:${act}`, null, async () => {
    const answer = await askHelper(socket, act);
    if (!answer) throw new AppError('host_unavailable', 'There is no helper on this machine.');
    return { act };
  });
}
