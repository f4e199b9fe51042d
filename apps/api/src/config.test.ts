import { isAbsolute, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

describe('the environment', () => {
  test('needs to name nothing', () => {
    const config = readConfig({});

    expect(config).toMatchObject({
      http: { port: 3001, host: '0.0.0.0', trustedProxies: [], isVerbose: false },
      database: { kind: 'embedded' },
      dataDir: join(config.root, 'data'),
      dataDirIsGiven: false,
    });
  });

  test('is refused with every fault named at once', () => {
    const faulty = {
      PORT: '70000',
      DATABASE_URL: 'mysql://somewhere/cmp',
      JWT_SECRET: 'short',
      LOG_LEVEL: 'loud',
      SEED_ADMIN_USERNAME: 'sam',
    };

    const read = () => readConfig(faulty);

    expect(read).toThrow(ConfigError);
    for (const name of Object.keys(faulty)) expect(read).toThrow(new RegExp(`^  ${name}: `, 'm'));
  });

  test.for([
    'change-me-change-me-change-me-change-me',
    'secret-secret-secret-secret-secret-secret',
    'your-own-secret-of-at-least-32-bytes-here',
    'example-example-example-example-example',
  ])('refuses the sample secret %s', (secret) => {
    expect(() => readConfig({ JWT_SECRET: secret })).toThrow('JWT_SECRET: not a sample value');
  });

  test('keeps a plain port for this machine beside TLS, which is never the other one', () => {
    const files = { TLS_CERT_FILE: '/tls/cert.pem', TLS_KEY_FILE: '/tls/key.pem' };
    const localPort = (more: NodeJS.ProcessEnv) => readConfig({ ...files, ...more }).tls?.localPort;

    expect([localPort({}), localPort({ PORT: '443' })]).toEqual([3002, 3001]);
    expect(localPort({ LOCAL_PORT: '9000' })).toBe(9000);
    expect(() => localPort({ PORT: '9000', LOCAL_PORT: '9000' })).toThrow('cannot both be 9000');
    expect(() => readConfig({ LOCAL_PORT: '9000' })).toThrow('means nothing without TLS_CERT_FILE');
  });

  test('counts a secret in bytes', () => {
    expect(() => readConfig({ JWT_SECRET: 'x'.repeat(31) })).toThrow('at least 32 bytes');
    expect(readConfig({ JWT_SECRET: 'ø'.repeat(16) }).keys.jwtSecret).toBe('ø'.repeat(16));
  });

  test('takes the database in parts, whatever their characters', () => {
    const { database } = readConfig({
      DB_HOST: 'db.example.net',
      DB_PORT: '6432',
      DB_DATABASE: 'portal data',
      DB_USER: 'some@one',
      DB_PASSWORD: 'p@ss:w/rd?#',
      DB_SSL: 'on',
    });

    expect(database).toMatchObject({
      kind: 'outside',
      url: 'postgres://some%40one:p%40ss%3Aw%2Frd%3F%23@db.example.net:6432/portal%20data?sslmode=require',
    });
  });

  test('prefers DATABASE_URL to the parts', () => {
    const { database } = readConfig({ DATABASE_URL: 'postgres://one/cmp', DB_HOST: 'other' });

    expect(database).toMatchObject({ url: 'postgres://one/cmp' });
  });

  test.for([
    ['on', true],
    ['1', true],
    ['true', true],
    ['off', false],
    ['0', false],
    ['false', false],
    ['', false],
  ] as const)('reads the flag "%s" as %s', ([text, expected]) => {
    expect(readConfig({ VERBOSE_HTTP_LOG: text }).http.isVerbose).toBe(expected);
  });

  test('leaves the work to a worker where it is told so', () => {
    expect([readConfig({}).works, readConfig({ WORK: 'off' }).works]).toEqual([true, false]);
  });

  test('refuses a flag that is neither', () => {
    expect(() => readConfig({ VERBOSE_HTTP_LOG: 'yes' })).toThrow('VERBOSE_HTTP_LOG');
  });

  test.for([
    { DATABASE_OWNER_URL: 'postgres://owner@one/cmp' },
    { DATABASE_DIRECT_URL: 'postgres://app@one/cmp' },
    { SEED_ADMIN_USERNAME: 'sam' },
    { SEED_ADMIN_PASSWORD: 'tide-harbour-lantern-42' },
  ])('refuses half a pair: %o', (half) => {
    expect(() => readConfig(half)).toThrow('means nothing without');
  });

  test('behind a pooler keeps no names, unless told, and wants the owner past it', () => {
    const pooled = {
      DATABASE_URL: 'postgres://app@pooler:6432/cmp',
      DATABASE_DIRECT_URL: 'postgres://app@server/cmp',
      DATABASE_OWNER_URL: 'postgres://owner@server/cmp',
    };

    expect(readConfig(pooled).database).toMatchObject({
      ...{ url: pooled.DATABASE_URL, directUrl: pooled.DATABASE_DIRECT_URL, isPrepared: false },
    });
    expect(readConfig({ ...pooled, DB_PREPARED: 'on' }).database.isPrepared).toBe(true);
    expect(readConfig({ DATABASE_URL: pooled.DATABASE_URL }).database.isPrepared).toBe(true);
    expect(() =>
      readConfig({ ...pooled, DATABASE_OWNER_URL: 'postgres://owner@pooler:6432/cmp' }),
    ).toThrow('DATABASE_OWNER_URL: leads to the pooler, like DATABASE_URL');
  });

  test('takes a relative place from the checkout, not from where the command was typed', () => {
    const { root, dataDir, keys } = readConfig({ DATA_DIR: 'var', SECRET_KEY_FILE: 'var/key' });

    expect(isAbsolute(root)).toBe(true);
    expect(dataDir).toBe(join(root, 'var'));
    expect(keys.secretKeyFile).toBe(join(root, 'var', 'key'));
  });
});
