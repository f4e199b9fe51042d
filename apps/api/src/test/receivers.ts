import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';

interface Posted {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}

type Answer = (posted: Posted, response: ServerResponse) => unknown;

/** An HTTP server of the loopback for the length of a test, which can go away and come back at its address. */
export async function httpReceiver(given: Answer = (_, response) => response.end()) {
  const posts: Posted[] = [];
  let answer = given;
  let server = await start(0);
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => stop());

  async function start(at: number) {
    const made = createServer(async (request, response) => {
      const body = await text(request).catch(() => '');
      const posted = { path: request.url ?? '', headers: request.headers, body, at: Date.now() };
      posts.push(posted);
      await answer(posted, response);
    });
    made.listen(at, '127.0.0.1');
    await once(made, 'listening');
    return made;
  }

  async function stop() {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  return {
    url: `http://127.0.0.1:${port}`,
    posts,
    stop,
    startAgain: async () => {
      server = await start(port);
    },
    answerWith: (next: Answer) => {
      answer = next;
    },
  };
}

interface Mailed {
  to: string[];
  /** As it came over the wire. */
  source: string;
}

/** A mail server of the loopback for the length of a test. */
export async function mailReceiver(options: ConstructorParameters<typeof SMTPServer>[0] = {}) {
  const mails: Mailed[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: async (stream, { envelope }, done) => {
      const source = await text(stream);
      mails.push({ to: envelope.rcptTo.map(({ address }) => address), source });
      done();
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, mails };
}
