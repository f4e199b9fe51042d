import type { Db } from '#database/client.ts';
import { type BotPlace, readBotConfig } from '#modules/telegram/bot.service.ts';

const ASK_MS = 5_000;

/**
 * Tells the supervisor, now and whenever it changes, whether there is a bot to run. Only the API can read the settings,
 * and the token stays with it: the bot asks for that itself. Gives what ends the telling.
 */
export function tellWhetherBotIsWanted(
  db: Db,
  place: BotPlace,
  send: (message: object) => void,
): () => void {
  let told: boolean | undefined;
  const tell = async () => {
    const isWanted = (await readBotConfig(db, place)).token !== null;
    if (isWanted === told) return;
    send({ type: 'bot', isWanted });
    told = isWanted;
  };
  // A database that is away says nothing of the settings: what was told before holds.
  const ask = () => void tell().catch(() => {});
  ask();
  const asking = setInterval(ask, ASK_MS);
  return () => clearInterval(asking);
}
