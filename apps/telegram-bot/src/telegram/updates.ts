import * as z from 'zod';

const Chat = z.object({ id: z.int(), type: z.string() });
const Person = z.object({
  id: z.int(),
  is_bot: z.boolean(),
  first_name: z.string(),
  last_name: z.string().optional(),
});

/** What the bot asks Telegram for: somebody wrote, or tapped a button. */
export const Update = z.union([
  z.object({
    update_id: z.int(),
    message: z.object({ chat: Chat, from: Person, text: z.string() }),
  }),
  z.object({
    update_id: z.int(),
    callback_query: z.object({
      id: z.string(),
      from: Person,
      message: z.object({ message_id: z.int(), chat: Chat }),
      data: z.string(),
    }),
  }),
]);
export type Update = z.infer<typeof Update>;

/** The chat that it comes from. */
export function chatOf(update: Update): z.infer<typeof Chat> {
  return 'message' in update ? update.message.chat : update.callback_query.message.chat;
}

/** Who wrote or tapped. */
export function personOf(update: Update): z.infer<typeof Person> {
  return 'message' in update ? update.message.from : update.callback_query.from;
}
