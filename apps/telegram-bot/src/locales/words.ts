import type { BotConfig } from '@cmp/shared/bot';
import { en } from './en.ts';

export type Words = typeof en;

/** By language. A language that is missing does not compile. */
export const words: Record<BotConfig['language'], Words> = { en };
