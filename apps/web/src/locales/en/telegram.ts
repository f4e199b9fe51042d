export const telegram = {
  text: 'A bot that tells chats what happens here, and answers in those you allow.',
  labels: {
    enabled: 'Use the bot',
    token: 'Bot token',
    defaultChatId: 'Default chat',
    allowedChatIds: 'Allowed chats',
    events: 'Tell of',
    report: 'Report',
    reportTime: 'At',
    reportDay: 'On',
    reportSnapshot: 'Attach the newest snapshot',
  },
  tokenHint: 'BotFather gives it when the bot is made.',
  defaultChatHint: 'Where messages go that are for nobody in particular.',
  allowedChatsHint:
    'One chat’s number on each line. Where any is named, the bot answers in no other.',
  snapshotHint:
    'Only where it is encrypted, and small enough for Telegram: whoever reads the chat can save it.',
  setUp: 'How it is set up',
  bot: 'The bot',
  chats: 'Chats',
  messages: 'Messages',
  reportOf: { off: 'None', daily: 'Every day', weekly: 'Every week' },
  reportHint:
    'To the default chat: totals, who expires, and the age of the snapshot and the certificate.',
  timeHint: 'By the clock of {{zone}}.',
  testText: 'Asks Telegram whose token this is.',
  tested: 'Answered in {{took}} as {{name}} (@{{username}})',
};
