import type { SystemPart } from '@cmp/shared/system';
import { system } from '#locales/en/system.ts';
import { addWords } from './i18n.ts';
import { isKey } from './is-key.ts';

addWords({ system });

export { system as systemWords };

/** Why a part is not well, by a code that there are words for. */
export function codeOf({ code }: SystemPart): keyof typeof system.codes {
  return code !== null && isKey(system.codes, code) ? code : 'unknown';
}
