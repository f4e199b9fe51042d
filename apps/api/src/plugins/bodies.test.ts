import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { test } from '#test/fixtures.ts';

test('a body that does not come in time is refused, but a snapshot may take longer', async ({
  startInstance,
  api,
}) => {
  const app = await startInstance({ bodyMs: 150 });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const [address] = app.addresses();
  const port = typeof address === 'object' ? address.port : 0;
  const { cookies } = await api.as('admin', [], app);
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);

  const hesitate = async (path: string, type: string) => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST /api${path} HTTP/1.1\r\nhost: portal.test\r\norigin: http://portal.test\r\n` +
        `cookie: ${cookie.join('; ')}\r\ncontent-type: ${type}\r\ncontent-length: 50\r\n\r\n{`,
    );
    const late = setTimeout(() => socket.end('}'.repeat(48)), 600);
    const answer = await text(socket);
    clearTimeout(late);
    return answer.slice(0, 12);
  };

  expect(await hesitate('/servers', 'application/json')).toBe('HTTP/1.1 408');
  expect(await hesitate('/snapshots/restore', 'multipart/form-data; boundary=x')).not.toBe(
    'HTTP/1.1 408',
  );
});
