import { nameKey } from '@cmp/shared/primitives';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from '#lib/errors.ts';
import { noteSecurityEvent } from '#lib/security-events.ts';
import type { Actor } from './access.ts';

/** Refuses whoever does not give their own password again, and whoever has guessed too often. */
export type Confirm = (password: string | undefined) => Promise<void>;

interface Options {
  /** Throws `password_wrong` where it is not the actor's. */
  requireOwnPassword: (actor: Actor, password: string) => Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What asks whoever sits before an open session to prove to be its owner. */
    confirmationOf: (request: FastifyRequest) => Confirm;
    /** The same for what judges the password inside its own transaction: counted, and given back where it was good. */
    countProof: <Result>(request: FastifyRequest, prove: () => Promise<Result>) => Promise<Result>;
  }
}

/** The one way to ask for a password again, counted with the sign-ins: it is the same password that is guessed. */
export default fp<Options>(async (app, { requireOwnPassword }) => {
  app.decorate('confirmationOf', (request) => async (password) => {
    // Nothing was guessed: a page that was not asked for it yet leaves it out.
    if (!password) throw new AppError('password_wrong', 'Give your password, too.');
    await app.countProof(request, () => requireOwnPassword(request.actor, password));
  });

  app.decorate('countProof', async (request, prove) => {
    const { actor, log } = request;
    const giveBack = await app.countAttempt(request, nameKey(actor.username));
    try {
      const result = await prove();
      await giveBack();
      return result;
    } catch (error) {
      if (error instanceof AppError && error.code === 'password_wrong')
        noteSecurityEvent(
          log,
          'authn_confirm_fail',
          { accountId: actor.accountId },
          'wrong password',
        );
      throw error;
    }
  });
});
