import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readConfig } from '#config.ts';
import { Environment } from '#environment.ts';
import { envExample } from './env-example.ts';

const committed = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8');

describe('.env.example', () => {
  test('is what the configuration says', () => {
    expect(committed).toBe(envExample());
  });

  test('names every variable', () => {
    const named = [...committed.matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name);

    expect(named).toEqual(Object.keys(Environment.shape));
  });

  test('starts a portal as it stands, and with every default spelled out', () => {
    const spelledOut = committed.replaceAll(/^#(?=[A-Z_]+=)/gm, '');

    // Which variables are set is what differs, and is only shown.
    const { root: _root, databaseVariables: _set, ...config } = readConfig(parseEnv(spelledOut));

    expect(readConfig(parseEnv(committed))).toMatchObject(config);
  });
});
