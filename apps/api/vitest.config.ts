import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    globalSetup: 'src/test/global-setup.ts',
    // Tests wait for PostgreSQL and for hashes more than for a processor of their own.
    maxWorkers: '100%',
    testTimeout: 15_000,
  },
});
