import { MailSettings } from '@cmp/shared/settings/mail';
import * as z from 'zod';
import { seal, unseal } from '#lib/secret-box.ts';

/** Where a delivery goes instead of where the settings say: with what it takes to be let in there. */
export const SealedTarget = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('webhook'),
    url: z.string(),
    secret: z.string(),
    allowPrivateAddresses: z.boolean(),
  }),
  z.object({
    kind: z.literal('mail'),
    settings: MailSettings,
    password: z.string().optional(),
  }),
  z.object({ kind: z.literal('telegram'), token: z.string(), chatId: z.string() }),
]);
export type SealedTarget = z.infer<typeof SealedTarget>;

const context = 'deliveries.target';

export function sealTarget(key: Buffer, target: SealedTarget): string {
  return seal(key, context, JSON.stringify(target));
}

export function openTarget(key: Buffer, box: string): SealedTarget {
  return SealedTarget.parse(JSON.parse(unseal(key, context, box)));
}

/** Undefined where the box is not ours: the key file is another one since, and one notice is lost, not all others. */
export function findTarget(key: Buffer, box: string): SealedTarget | undefined {
  try {
    return openTarget(key, box);
  } catch {
    return undefined;
  }
}
