import { mergeConfig } from 'vitest/config';
import tests from './vitest.config.ts';

/** Kills in the middle of what must be whole: minutes, so not with the other tests. */
const config = mergeConfig(tests, {});
config.test.include = ['src/**/*.faults.ts'];
export default config;
