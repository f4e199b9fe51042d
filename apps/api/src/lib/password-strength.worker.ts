import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as english from '@zxcvbn-ts/language-en';
import type { Strength, StrengthQuestion } from './password-strength.ts';

const zxcvbn = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
});

/** Three of four: more than 10^8 guesses, safe against an online attack that is rate-limited (zxcvbn's scale). */
export default function judge({ password, personal }: StrengthQuestion): Strength {
  const { score, feedback } = zxcvbn.check(password, personal);
  return {
    isStrong: score >= 3,
    warning: feedback.warning || null,
    suggestions: feedback.suggestions,
  };
}
