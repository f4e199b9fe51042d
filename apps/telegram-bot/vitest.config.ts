import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    // The API that the bot talks to is the real one, on a PostgreSQL of its own.
    globalSetup: '../api/src/test/global-setup.ts',
    // Chats wait a second between messages, as Telegram wants it.
    testTimeout: 120_000,
  },
});
