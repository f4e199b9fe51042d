import * as z from 'zod';

/** What the bot's process reads of its environment. Its descriptions are the text of `.env.example`. */
export const BotEnvironment = z.object({
  API_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:3001')
    .describe('Where a bot that runs by itself finds the API; `npm start` tells its own.'),
  TELEGRAM_WEBHOOK_URL: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe(
      'Telegram calls the bot at this address, which leads to this port, instead of being asked. Both or neither.',
    ),
  TELEGRAM_WEBHOOK_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
});
