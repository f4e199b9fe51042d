import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { test as base, client } from '#test/fixtures.ts';

const page = '<!doctype html><title>Portal</title>';
const script = 'export const answer = 42;';

/** A panel as the build leaves it, and beside it what a careless build might. */
const test = base.extend('panel', async ({ startInstance }, { onCleanup }) => {
  const root = mkdtempSync(join(tmpdir(), 'cmp-panel-'));
  onCleanup(() => rmSync(root, { recursive: true }));
  const files = {
    'dist/index.html': page,
    'dist/assets/app-3f9a.js': script,
    'dist/assets/app-3f9a.js.br': brotliCompressSync(script),
    'dist/assets/app-3f9a.js.map': '{"sources":["secret.ts"]}',
    'dist/favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'dist/.env': 'JWT_SECRET=x',
    'dist/.git/config': '[core]',
    'secret.txt': 'outside',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return startInstance({ webFolder: join(root, 'dist') });
});

const policy =
  "default-src 'self';base-uri 'none';connect-src 'self';font-src 'self';form-action 'self';frame-ancestors 'none';" +
  "img-src 'self' data: blob:;object-src 'none';script-src 'self';style-src 'self'";

describe('every answer', () => {
  test('has a strict policy and the headers beside it (ASVS 3.4)', async ({
    panel,
    api,
    given,
  }) => {
    const admin = await given.account();
    const cookies = await given.session(panel, admin.id);
    panel.get('/api/throws', { config: { allow: 'anyone' } }, () => {
      throw new Error('surprise');
    });
    const read = (url: string, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
      panel.inject({ method, url, cookies, headers: { host: 'portal.test' } });

    const answers = {
      page: await read('/'),
      'a page of the panel': await read('/servers/7?tab=users'),
      file: await read('/assets/app-3f9a.js'),
      icon: await read('/favicon.svg'),
      'no file': await read('/assets/missing.js'),
      data: await read('/api/accounts'),
      head: await read('/api/accounts', 'HEAD'),
      'not found': await read('/api/nothing'),
      'not decodable': await read('/%zz'),
      'another method': await read('/api/setup/x', 'POST'),
      'no origin': await read('/api/auth/logout', 'POST'),
      'no session': await api.get('/accounts'),
      surprise: await read('/api/throws'),
      live: await read('/internal/live'),
      metrics: await read('/metrics'),
    };

    for (const [kind, { headers }] of Object.entries(answers)) {
      expect({ kind, policy: headers['content-security-policy'] }).toEqual({ kind, policy });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
        'x-request-id': expect.stringMatching(/^[\w-]{16}$/),
      });
      for (const absent of [
        'strict-transport-security',
        'x-powered-by',
        'server',
        'access-control-allow-origin',
      ])
        expect(headers).not.toHaveProperty(absent);
      const isFile = ['file', 'page', 'a page of the panel', 'icon'].includes(kind);
      if (!isFile && kind !== 'no file')
        expect({ kind, cache: headers['cache-control'] }).toEqual({ kind, cache: 'no-store' });
    }
    expect(answers.page.headers['cache-control']).toBe('no-cache');
    expect(answers['a page of the panel'].headers['cache-control']).toBe('no-cache');
    expect(answers.file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answers['no file'].headers['cache-control'] ?? 'no-store').toBe('no-store');
  });

  test('asks for https only where the browser came by it', async ({ app }) => {
    const over = async (remoteAddress: string, proto: string) => {
      const response = await client(app, {}, { remoteAddress }).get('/site', {
        'x-forwarded-proto': proto,
      });
      return response.headers;
    };

    expect(await over('10.9.9.9', 'https')).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(await over('10.9.9.9', 'http')).not.toHaveProperty('strict-transport-security');
    expect(await over('192.0.2.7', 'https')).not.toHaveProperty('strict-transport-security');
  });
});

describe('the panel', () => {
  test('is one page for every address of its own, and a file where there is one', async ({
    panel,
  }) => {
    const read = (url: string, headers = {}) => panel.inject({ url, headers });

    for (const url of ['/', '/sign-in', '/servers/7', '/servers/7?x=1.js'])
      expect((await read(url)).payload).toBe(page);
    expect((await read('/assets/app-3f9a.js')).payload).toBe(script);
    const packed = await read('/assets/app-3f9a.js', { 'accept-encoding': 'br' });
    expect(packed.headers['content-encoding']).toBe('br');
    expect(packed.headers['content-type']).toMatch(/javascript/);
    const head = await panel.inject({ method: 'HEAD', url: '/sign-in' });
    expect([head.statusCode, head.payload]).toEqual([200, '']);
  });

  test('serves nothing beside it', async ({ panel }) => {
    for (const url of [
      '/assets/app-3f9a.js.map',
      '/assets/app-3f9a.js.br',
      '/.env',
      '/.git/config',
      '/.git/',
      '/assets/',
      '/assets',
      '/assets/missing.js',
      '/missing.png',
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/assets/%2e%2e/%2e%2e/secret.txt',
      '/api',
      '/api/nothing',
      '/internal',
      '/metrics/x',
      '/wp-login.php',
    ]) {
      const response = await panel.inject({ url, headers: { host: 'portal.test' } });
      expect({ url, status: response.statusCode, code: response.json().code }).toEqual({
        url,
        status: 404,
        code: 'not_found',
      });
    }
  });

  test('is there to be read alone', async ({ panel }) => {
    for (const [method, url] of [
      ['POST', '/'],
      ['DELETE', '/servers/7'],
      ['PUT', '/assets/app-3f9a.js'],
    ] as const) {
      const response = await panel.inject({ method, url });
      expect(response.statusCode).toBeOneOf([404, 405]);
      expect(response.payload).not.toContain('Portal</title>');
    }
  });
});
