import { expect } from 'vitest';
import { test } from '#test/fixtures.ts';

const balanced = { 'x-may-go-elsewhere': 'yes' };

test('an instance that stops serves, and asks whoever reads by way of a balancer to go elsewhere', async ({
  api,
  app,
}) => {
  const admin = await api.as('admin');
  const write = (name: string) => admin.post('/servers', { name }, balanced);
  const before = [await admin.get('/servers', balanced), await write('Tokyo')];
  app.isDraining = true;

  const read = await admin.get('/servers', balanced);
  const direct = await admin.get('/servers');
  const written = await write('Osaka');

  expect(before.map(({ statusCode }) => statusCode)).toEqual([200, 201]);
  expect(read.statusCode).toBe(502);
  expect(read.json()).toMatchObject({ code: 'unavailable', message: 'This instance is stopping.' });
  expect([direct.statusCode, written.statusCode]).toEqual([200, 201]);
  for (const answer of [read, direct, written]) expect(answer.headers.connection).toBe('close');
});
