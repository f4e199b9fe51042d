import { Server as NetServer, type Server } from 'node:net';
import { setImmediate as immediately, setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Doors } from './doors.ts';

interface Place {
  app: FastifyInstance;
  doors: Doors;
  /** How long answers still say "keep alive, but not with me" before the listeners close. */
  drainMs: number;
}

/** Gives a function that begins the stop, and says whether it did: a stop begins once. */
export function stopper(place: Place, afterwards: () => Promise<void>): () => boolean {
  const { app } = place;
  return () => {
    if (app.isDraining) return false;
    app.isDraining = true;
    drain(place).then(afterwards, (error) => {
      app.log.fatal(error);
      process.exit(1);
    });
    return true;
  };
}

async function drain({ app, doors, drainMs }: Place): Promise<void> {
  await wait(drainMs);
  await letIn();
  const areGone = Promise.all(doors.servers.map(stopListening));
  // A kept-alive connection without a request would hold the close for its whole time-out.
  const closeIdle = () => {
    for (const server of doors.servers) server.closeIdleConnections();
  };
  const idle = setInterval(closeIdle, 50);
  await areGone.finally(() => clearInterval(idle));
  doors.close();
  await app.close();
}

/**
 * Lets in who waits at the door. Each turn of the loop does, and then works for those who are in: whoever comes
 * meanwhile would be turned away unheard, so the listener is to close after a turn that had next to nothing to do.
 */
async function letIn(): Promise<void> {
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const beganAt = performance.now();
    await immediately();
    if (performance.now() - beganAt < shortTurnMs) return;
  }
}

const shortTurnMs = 0.2;
const mostTurns = 500;

/** Takes no new connection, and answers when the last one is gone. The API's own close does much before it. */
function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()));
}
