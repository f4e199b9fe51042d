import type { SystemPart } from '@cmp/shared/system';
import { en } from '#locales/en.ts';
import { isKey } from './is-key.ts';

/** Why a part is not well, by a code that there are words for. */
export function codeOf({ code }: SystemPart): keyof typeof en.system.codes {
  return code !== null && isKey(en.system.codes, code) ? code : 'unknown';
}
