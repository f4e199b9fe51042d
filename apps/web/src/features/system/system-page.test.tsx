import { BotCode } from '@cmp/shared/bot';
import { type SystemPart, SystemPartName } from '@cmp/shared/system';
import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { codeOf } from '#lib/system-words.ts';
import { given } from '#test/given.ts';
import { network } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { SystemPage } from './system-page.tsx';

const part = (fields: Partial<SystemPart>): SystemPart => ({
  ...{ part: 'worker', state: 'good', code: null, facts: {} },
  ...fields,
});

beforeEach(() => {
  queryClient.clear();
  network.use(
    http.get('/api/site', () => HttpResponse.json(given.site())),
    http.get('/api/admin/matviews', () => HttpResponse.json({ ok: true, matviews: [] })),
    http.get('/api/system/host', () => HttpResponse.json({ units: [] })),
  );
});

async function show(...parts: SystemPart[]) {
  network.use(
    http.get('/api/system', () => HttpResponse.json({ at: new Date().toISOString(), parts })),
  );
  showPage(<SystemPage />);
  return within(await screen.findByRole('list', { name: 'All its parts' }));
}

describe('the page of the system', () => {
  test('says of each part how it fares, what is known of it, and what mends it', async () => {
    const list = await show(
      part({ part: 'snapshot', state: 'bad', code: 'snapshot_old', facts: { bytes: 2_000_000 } }),
      part({ part: 'certificate', facts: { domain: 'p.example.net', daysLeft: 63 } }),
      part({ part: 'matview', state: 'off' }),
    );

    expect(screen.getByText('1 part needs attention.')).toBeDefined();
    expect(list.getByText(/The newest snapshot is more than a day old/)).toBeDefined();
    expect(list.getByText(/Make one now/)).toBeDefined();
    expect(list.getByRole('link', { name: 'To the snapshots' })).toBeDefined();
    expect(list.getByRole('img', { name: '63 days left' })).toBeDefined();
    expect(list.getByText('It is not made; statuses are counted live.')).toBeDefined();
  });

  test('shows no name of the program’s own, of what it has no words for', async () => {
    const list = await show(
      part({ state: 'bad', code: 'a_newer_code', facts: { aNewerFact: 'of_tomorrow' } }),
    );

    expect(list.getByText(/It is not well/)).toBeDefined();
    expect(list.queryByText(/a_newer_code|aNewerFact|of_tomorrow/)).toBeNull();
  });

  test('has words for whatever can be wrong with the bot', () => {
    const codes = [...BotCode.options, 'silent'].map((code) => `bot_${code}`);

    expect(codes.map((code) => codeOf(part({ code })))).toEqual(codes);
  });

  test('shows every part there can be, by its name', async () => {
    const list = await show(...SystemPartName.options.map((name) => part({ part: name })));

    expect(list.getAllByRole('listitem')).toHaveLength(SystemPartName.options.length);
    expect(list.queryByText(/system\.part/)).toBeNull();
  });
});
