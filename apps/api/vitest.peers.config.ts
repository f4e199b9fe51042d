import { mergeConfig } from 'vitest/config';
import tests from './vitest.config.ts';

/** The same tests, and those that need programs of Debian's besides. */
export default mergeConfig(tests, { test: { include: ['src/**/*.peers.ts'] } });
