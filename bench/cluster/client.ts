import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  status: number;
  body: string;
  cookies: string[];
}

/** A browser of the portal: one connection, which it keeps. What fails on the way rejects, and is not tried again. */
export function browser(origin: string, cookie = '') {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (
    method: string,
    path: string,
    { body, headers = {} }: { body?: object | Buffer[]; headers?: OutgoingHttpHeaders } = {},
  ): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const asked = request(origin + path, {
      ...{ method, agent },
      headers: {
        ...{ origin, cookie },
        ...(body && !Array.isArray(body) && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    asked.on('response', resolve).on('error', reject);
    if (Array.isArray(body)) await sendSlowly(asked, body);
    else asked.end(body && JSON.stringify(body));
    const response = await promise;
    const cookies = (response.headers['set-cookie'] ?? []).map((one) => one.split(';', 1)[0] ?? '');
    return { status: response.statusCode ?? 0, body: await text(response), cookies };
  };
  return { ask, close: () => agent.destroy() };
}

export type Browser = ReturnType<typeof browser>;

/** As over a line that is not fast: a piece every tenth of a second. */
async function sendSlowly(asked: ReturnType<typeof request>, pieces: Buffer[]): Promise<void> {
  for (const piece of pieces) {
    asked.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  asked.end();
}

/** A file as a page sends it. */
export function formOf(file: Buffer, fileName: string, pieces: number) {
  const boundary = 'bench-boundary';
  const whole = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
    ),
    file,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const size = Math.ceil(whole.length / pieces);
  const body = Array.from({ length: pieces }, (_, at) =>
    whole.subarray(at * size, (at + 1) * size),
  ).filter(({ length }) => length > 0);
  return {
    body,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': whole.length,
    },
  };
}
