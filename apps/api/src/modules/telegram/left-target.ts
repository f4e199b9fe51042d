import { findTarget } from '#modules/notifications/sealed-target.ts';

/** The chat that was left and the bot that was there. Undefined where the box is not ours, or another way's. */
export function findLeftTarget(
  key: Buffer,
  box: string,
): { chatId: string; token: string } | undefined {
  const target = findTarget(key, box);
  return target?.kind === 'telegram' ? target : undefined;
}
