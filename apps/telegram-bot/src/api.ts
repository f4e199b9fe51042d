import {
  type ActRequest,
  BotAnswer,
  BotConfig,
  type BotReport,
  Lease,
  type MessageOutcome,
  Outbox,
  type OutboxMessage,
} from '@cmp/shared/bot';
import { ErrorBody, type ErrorCode } from '@cmp/shared/errors';
import type * as z from 'zod';

const ANSWER_MS = 10_000;
const FILE_MS = 60_000;

/** The portal, as the bot may use it. Whatever is refused throws `ApiRefused`. */
export interface Api {
  readonly holder: string;
  claimLease(): Promise<Lease>;
  getConfig(): Promise<BotConfig>;
  report(status: Omit<BotReport, 'holder'>): Promise<void>;
  takeOutbox(outcomes: readonly MessageOutcome[], limit: number): Promise<OutboxMessage[]>;
  getFile(messageId: number): Promise<Buffer>;
  act(request: ActRequest): Promise<BotAnswer>;
}

/** The API said no, or cannot be asked (`unavailable`). */
export class ApiRefused extends Error {
  override readonly name = 'ApiRefused';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function openApi(
  { url, serviceToken }: { url: string; serviceToken: string },
  holder: string,
): Api {
  const ask = async <Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    body?: object,
  ): Promise<z.infer<Schema>> => {
    const answer = await send(path, body, ANSWER_MS);
    const parsed = schema.safeParse(await answer.json().catch(unreachable));
    if (!parsed.success)
      throw new ApiRefused('internal', `The API answered ${path} unlike itself.`);
    return parsed.data;
  };

  const send = async (path: string, body: object | undefined, timeoutMs: number) => {
    const answer = await fetch(`${url}/internal/bot/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${serviceToken}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(unreachable);
    if (!answer.ok) throw await refusal(answer);
    return answer;
  };

  return {
    holder,
    claimLease: () => ask(Lease, 'lease', { holder }),
    getConfig: () => ask(BotConfig, 'config'),
    report: async (status) => {
      const answer = await send('status', { holder, ...status }, ANSWER_MS);
      await answer.body?.cancel();
    },
    takeOutbox: async (outcomes, limit) =>
      (await ask(Outbox, 'outbox', { holder, outcomes, limit })).messages,
    getFile: async (messageId) => {
      const answer = await send(`outbox/${messageId}/file`, undefined, FILE_MS);
      return Buffer.from(await answer.arrayBuffer().catch(unreachable));
    },
    act: (request) => ask(BotAnswer, 'act', request),
  };
}

async function refusal(answer: Response): Promise<ApiRefused> {
  const body = ErrorBody.safeParse(await answer.json().catch(() => undefined));
  if (body.success) return new ApiRefused(body.data.code, body.data.message);
  return new ApiRefused('unavailable', `The API answered ${answer.status}.`);
}

function unreachable(cause: unknown): never {
  throw new ApiRefused('unavailable', 'The API cannot be reached.', { cause });
}
