import { connect as openSocket } from 'node:net';
import { describe, expect } from 'vitest';
import { client, test } from '#test/fixtures.ts';

const json = { 'content-type': 'application/json' };

describe('an error', () => {
  test('has one shape, whatever went wrong', async ({ api, app, startInstance }) => {
    const admin = await api.as('admin');
    const broken = await startInstance();
    broken.get('/api/throws', { config: { allow: 'anyone' } }, () => {
      throw new Error('relation "secret_table" does not exist');
    });
    broken.get('/api/throws-text', { config: { allow: 'anyone' } }, () => {
      throw 'a text with a password=hunter2';
    });
    const account = '{"username":"eve","displayName":"Eve","role":"admin"}';

    const answers = [
      ['invalid_json', 400, await admin.post('/accounts', '{"username":', json)],
      ['invalid_json', 400, await admin.post('/accounts', `${account}}`, json)],
      [
        'invalid_json',
        400,
        await admin.post('/accounts', account.replace('{', '{"role":"viewer",'), json),
      ],
      [
        'invalid_json',
        400,
        await admin.post('/accounts', account.replace('{', '{"r\\u006fle":"viewer",'), json),
      ],
      ['invalid_json', 400, await admin.post('/accounts', '{"__proto__":{"role":"admin"}}', json)],
      [
        'invalid_json',
        400,
        await admin.post('/accounts', '{"constructor":{"prototype":{}}}', json),
      ],
      ['invalid_request', 400, await admin.post('/accounts', '', json)],
      ['invalid_request', 400, await admin.post('/accounts', 'null', json)],
      ['invalid_request', 400, await admin.post('/accounts', '[]', json)],
      ['invalid_request', 400, await admin.get('/accounts/x')],
      ['unauthenticated', 401, await api.get('/accounts')],
      ['forbidden', 403, await (await api.as('viewer')).get('/accounts')],
      ['not_found', 404, await admin.get('/accounts/999999')],
      ['not_found', 404, await admin.get('/nothing-here')],
      ['not_found', 404, await admin.get(`/accounts/${'9'.repeat(300)}/nothing`)],
      ['not_found', 404, await admin.get('/accounts/%zz')],
      ['method_not_allowed', 405, await admin.put('/accounts', '{}', json)],
      [
        'payload_too_large',
        413,
        await admin.post('/accounts', { username: 'x'.repeat(1_100_000) }),
      ],
      ['unsupported_media_type', 415, await admin.post('/accounts', account)],
      ['last_admin', 403, await admin.delete(`/accounts/${admin.account.id}?version=1`)],
      ['internal', 500, await client(broken).get('/throws')],
      ['internal', 500, await client(broken).get('/throws-text')],
    ] as const;

    for (const [code, status, response] of answers) {
      const body = response.json();
      expect({ code: body.code, status: response.statusCode }).toEqual({ code, status });
      expect(Object.keys(body).toSorted()).toEqual(
        body.details
          ? ['code', 'details', 'message', 'requestId']
          : ['code', 'message', 'requestId'],
      );
      expect(body.requestId).toBe(response.headers['x-request-id']);
      expect(body.message).toMatch(/\S/);
      expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(response.payload).not.toMatch(/secret_table|hunter2|node_modules|\.ts:|stack/);
    }
    expect((await client(app, admin.cookies).get('/accounts')).json().total).toBe(2);
  });

  test('names the methods that an address takes', async ({ api }) => {
    const allowed = async (response: ReturnType<typeof api.put>) => (await response).headers.allow;

    expect(await allowed(api.put('/auth/login', {}))).toBe('POST');
    expect(await allowed(api.delete('/accounts'))).toBe('GET, HEAD, POST');
    expect(await allowed(api.post('/accounts/7', {}))).toBe('GET, HEAD, PATCH, DELETE');
  });

  test('has its shape also where the address cannot be decoded or is overlong', async ({ api }) => {
    for (const path of [
      '/%zz',
      '/accounts/%',
      '/accounts/%c3%28',
      `/accounts/${'9'.repeat(5_000)}`,
    ]) {
      const response = await api.get(path);
      expect([401, 404]).toContain(response.statusCode);
      expect(response.json()).toMatchObject({ requestId: response.headers['x-request-id'] });
      expect(response.headers).toHaveProperty('content-security-policy');
    }
  });

  test('of a long body that names a key twice is found without harm', async ({ api }) => {
    const admin = await api.as('admin');
    const long = 'x'.repeat(900_000);

    const responses = [
      await admin.post('/accounts', `{"username":"${long}","username":"b"}`, json),
      await admin.post('/accounts', `{"username":"${'\\\\"'.slice(0, 2).repeat(400_000)}"}`, json),
      await admin.post('/accounts', '['.repeat(900_000), json),
      await admin.post('/accounts', `${'['.repeat(400_000)}${']'.repeat(400_000)}`, json),
      await admin.post('/accounts', `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`, json),
    ];

    expect(responses.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400, 400, 400]);
    expect((await admin.get('/accounts')).statusCode).toBe(200);
  });

  test('says what is taken where fields are unknown', async ({ api }) => {
    const admin = await api.as('admin');

    const response = await admin.post('/accounts', {
      username: 'eve',
      displayName: 'Eve',
      role: 'viewer',
      isAdmin: true,
      id: 7,
    });

    expect(response.statusCode).toBe(400);
    expect(response.json().message).toMatch(/isAdmin.*id/);
    expect(response.json().details.issues).toMatchObject([{ code: 'unrecognized_keys' }]);
  });
});

describe('what the socket refuses', () => {
  test.for([
    ['bytes that are no HTTP', '\x16\x03\x01 hello\r\n\r\n', 400, 'invalid_request'],
    ['a request line cut short', 'GET\r\n\r\n', 400, 'invalid_request'],
    [
      'a header without a name',
      'GET /internal/live HTTP/1.1\r\nhost: x\r\n: y\r\n\r\n',
      400,
      'invalid_request',
    ],
    [
      'headers beyond the limit',
      `GET /internal/live HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'an extension of a chunk beyond the limit',
      `POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2;${'x'.repeat(20_000)}\r\n{}\r\n`,
      413,
      'payload_too_large',
    ],
  ] as const)(
    'has the one shape and headers: %s',
    async ([, sent, status, code], { startInstance }) => {
      const app = await startInstance();
      const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);

      const answer = await sendRaw(port, sent);

      expectRefusal(answer, status, code);
      const live = await fetch(`http://127.0.0.1:${port}/internal/live`);
      expect(live.status).toBe(200);
    },
  );

  test('has the one shape and headers: a request that does not come to its end', async ({
    startInstance,
  }) => {
    const app = await startInstance();
    // As the time it is given runs out, which would be a minute.
    const late = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    app.server.on('connection', (socket) => app.server.emit('clientError', late, socket));
    const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);

    expectRefusal(await sendRaw(port, 'GET /'), 408, 'request_timeout');
  });
});

/** All that comes back until the other side closes. */
function sendRaw(port: number, sent: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = openSocket(port, '127.0.0.1', () => socket.write(sent));
    socket.on('data', (bytes) => (received += bytes));
    socket.on('close', () => resolve(received));
    // What was sent beyond the limit is not read, so the end may be a reset.
    socket.on('error', (error) => (received ? resolve(received) : reject(error)));
  });
}

function expectRefusal(answer: string, status: number, code: string): void {
  const [head = '', payload = ''] = answer.split('\r\n\r\n');
  const [line, ...fields] = head.split('\r\n');
  const headers = new Headers(
    fields.map((field): [string, string] => {
      const [name = '', value = ''] = field.split(/: (.*)/);
      return [name, value];
    }),
  );
  expect(line).toMatch(new RegExp(`^HTTP/1\\.1 ${status} \\S`));
  expect(JSON.parse(payload)).toEqual({
    code,
    message: expect.stringMatching(/^[A-Z].*\.$/),
    requestId: headers.get('x-request-id'),
  });
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/);
  expect(headers.get('content-length')).toBe(String(Buffer.byteLength(payload)));
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(headers.get('connection')).toBe('close');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
}
