import * as z from 'zod';
import type { Reach } from '#lib/outbound.ts';
import { sendHttp } from '#lib/outbound-http.ts';
import { TargetError } from '#lib/target-error.ts';
import type { Through } from './sftp.service.ts';

const Me = z.object({
  ok: z.literal(true),
  result: z.object({ id: z.int(), first_name: z.string(), username: z.string() }),
});
const Refused = z.object({ ok: z.literal(false), description: z.string() });

/** Asks Telegram whose token this is. */
export async function tryTelegram(
  token: string,
  apiRoot: string,
  through: Through,
): Promise<{ botId: number; botName: string; botUsername: string }> {
  if (!/^\d+:[\w-]+$/.test(token))
    throw new TargetError('sign_in_refused', 'A token is a number, a colon and letters.');
  const url = new URL(`${apiRoot}/bot${token}/getMe`);
  const { status, body } = await sendHttp(url, {}, reachOf(url, through));
  if (status >= 300 && status < 400)
    throw new TargetError('redirected', 'It answers elsewhere, and is not followed there.');
  const answer = parse(body);
  const me = Me.safeParse(answer);
  if (me.success) {
    const { id, first_name: botName, username: botUsername } = me.data.result;
    return { botId: id, botName, botUsername };
  }
  const refused = Refused.safeParse(answer);
  if (refused.success && (status === 401 || status === 404))
    throw new TargetError('sign_in_refused', 'Telegram does not know this token.', {
      said: refused.data.description,
    });
  throw new TargetError('answer_unknown', 'This is not what Telegram answers.', {
    said: refused.data?.description ?? `HTTP ${status}`,
  });
}

/** The address of the root was set by whoever runs the machine, so it may be one of its own network. */
function reachOf({ origin }: URL, { signal, resolve }: Through): Reach {
  return {
    allowPrivate: origin !== 'https://api.telegram.org',
    signal,
    ...(resolve && { resolve }),
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
