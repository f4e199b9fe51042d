import { readFileSync } from 'node:fs';
import { BotEnvironment } from '@cmp/shared/bot-environment';
import { expect, test } from 'vitest';
import { Environment } from './environment.ts';

const unit = readFileSync(
  new URL('../../../deploy/systemd/cmp-telegram-bot.service', import.meta.url),
  'utf8',
);

test('an installed bot is handed nothing that is not its own', () => {
  const itsOwn = [...Object.keys(BotEnvironment.shape), 'BOT_SERVICE_TOKEN', 'LOG_LEVEL'];

  const keptFromIt = [...unit.matchAll(/^UnsetEnvironment=(.*)$/gm)].flatMap(([, names = '']) =>
    names.split(' '),
  );

  expect(keptFromIt.toSorted()).toEqual(
    Object.keys(Environment.shape)
      .filter((name) => !itsOwn.includes(name))
      .toSorted(),
  );
});
