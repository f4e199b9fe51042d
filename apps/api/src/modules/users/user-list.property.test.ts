import { addDays } from '@cmp/shared/calendar';
import { actionsOfLevel } from '@cmp/shared/permissions';
import { nameKey, text } from '@cmp/shared/primitives';
import { boundsAt, Status, statusOf } from '@cmp/shared/status';
import { type UserList, UserSort } from '@cmp/shared/users';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { serviceIdsByKey, shipServices } from '#modules/services/services.service.ts';
import { client, test, unlimited } from '#test/fixtures.ts';

const now = () => new Date('2027-01-31T12:00:00Z');
const today = '2027-01-31';
const bounds = boundsAt(now(), 'UTC', 24);

const letters = ['a', 'A', 'Ａ', 'Ç', 'ç', '%', '_', '\\', '😀', 'က'];
const word = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength: least, maxLength: most });
const typed = (least: number, most: number) =>
  word(least, most)
    .map((raw) => text(200).safeParse(raw).data)
    .filter((parsed) => parsed !== undefined);
const serviceNames = ['Mini', 'Basic', 'Unlimited'] as const;
const date = fc.integer({ min: -4, max: 4 }).map((days) => addDays(today, days));

const users = fc.uniqueArray(
  fc.record({
    place: fc.constantFrom(0, 1, 2),
    accountName: typed(1, 5),
    contact: fc.option(typed(1, 12)),
    remark: fc.option(typed(1, 12)),
    service: fc.option(fc.constantFrom(...serviceNames)),
    expiresOn: fc.option(date, { freq: 3 }),
    enabled: fc.boolean(),
  }),
  { maxLength: 75, size: 'max', selector: (user) => `${user.place} ${nameKey(user.accountName)}` },
);
type Wish = Exclude<typeof users extends fc.Arbitrary<infer Value> ? Value : never, never>[number];
type Row = Wish & { id: number; serverName: string };

interface Filter {
  q?: string;
  status?: Status[];
  service?: string[];
  expiresFrom?: string;
  expiresTo?: string;
  enabled?: boolean;
}
const q = fc.oneof(word(0, 2), word(3, 3), fc.constantFrom('harbour', 'ha'));
const status = fc.subarray([...Status.options], { minLength: 1, maxLength: 2 });
const service = fc.subarray(['mini', 'XRAY', 'basic', 'Gold'], { minLength: 1, maxLength: 2 });
// A few fields at a time: all of them together leave no rows.
const filters: fc.Arbitrary<Filter> = fc.oneof(
  fc.constant({}),
  fc.record({ q }),
  fc.record({ q, status }),
  fc.record({ status }),
  fc.record({ service }),
  fc.record({ status, service }),
  fc.record({ expiresFrom: date }),
  fc.record({ expiresTo: date }),
  fc.record({ enabled: fc.boolean(), expiresFrom: date }),
);

test('every way through a list gives the rows that a plain filter and sort give', {
  timeout: 60_000,
}, async ({ db, given, startInstance }) => {
  const app = await startInstance({ now, limits: unlimited });
  await shipServices(db);
  const serviceIds = await serviceIdsByKey(db);
  let runs = 0;

  await fc.assert(
    fc.asyncProperty(
      users,
      fc.array(
        fc.record({
          filter: filters,
          sort: fc.constantFrom(...UserSort.options),
          limit: fc.integer({ min: 3, max: 30 }),
          isOfOneServer: fc.boolean(),
        }),
        { minLength: 4, maxLength: 4 },
      ),
      async (wishes, lists) => {
        runs += 1;
        const servers = await given.servers(`harbour ${runs}`, `tide ${runs}`, `harbour ${runs}b`);
        // Two are the caller's. The third's users must never be seen.
        const [first, second] = servers;
        const { id: accountId } = await given.account({
          role: 'viewer',
          grants: [first, second].map(({ id }) => ({
            serverId: id,
            level: 'view',
            actions: [...actionsOfLevel.view],
          })),
        });
        const viewer = client(app, await given.session(app, accountId));
        const rows: Row[] = [];
        for (const [place, { id: serverId, name: serverName }] of servers.entries()) {
          const ofServer = wishes.filter((wish) => wish.place === place);
          const added = await given.users(
            serverId,
            ...ofServer.map(({ place: _, service, ...fields }) => ({
              ...fields,
              serviceId: serviceIds.get(nameKey(service ?? '')) ?? null,
            })),
          );
          rows.push(
            ...ofServer.map((wish, at) => ({ ...wish, id: added[at]?.id ?? 0, serverName })),
          );
        }

        for (const { filter, sort, limit, isOfOneServer } of lists) {
          const inScope = rows.filter(({ place }) => (isOfOneServer ? place === 0 : place < 2));
          const counted = inScope.filter((row) => matches(row, filter, isOfOneServer));
          const expected = inOrder(
            counted.filter((row) => hasStatus(row, filter.status ?? [])),
            sort,
          );
          const list = isOfOneServer ? `/servers/${first.id}/users` : '/users';
          const asked = (more: Record<string, string>) =>
            new URLSearchParams({
              ...Object.fromEntries(
                Object.entries(filter).map(([field, value]) => [field, String(value)]),
              ),
              sort,
              ...more,
            });
          const page = async (more: Record<string, string>): Promise<UserList> => {
            const response = await viewer.get(`${list}?${asked(more)}`);
            expect(response.statusCode, response.body).toBe(200);
            const found: UserList = response.json();
            expect(found.total).toBe(expected.length);
            expect(found.counts).toEqual({ all: counted.length, ...countsOf(counted) });
            return found;
          };

          const forwards: UserList[] = [await page({ limit: `${limit}` })];
          for (let at = forwards[0]; at?.nextCursor && forwards.length < 99; at = forwards.at(-1))
            forwards.push(await page({ limit: `${limit}`, cursor: at.nextCursor }));
          const backwards: UserList[] = [await page({ limit: `${limit}`, last: 'true' })];
          for (
            let at = backwards[0];
            at?.previousCursor && backwards.length < 99;
            at = backwards.at(-1)
          )
            backwards.push(await page({ limit: `${limit}`, before: at.previousCursor }));
          const back: UserList[] = [];
          for (const { previousCursor } of forwards)
            if (previousCursor)
              back.push(await page({ limit: `${limit}`, before: previousCursor }));
          const anchors = (await viewer.get(`${list}/anchors?${asked({ every: '20' })}`)).json();
          const windows = [await page({ limit: '20' })];
          for (const cursor of anchors.items) windows.push(await page({ limit: '20', cursor }));

          expect(idsOf(forwards)).toEqual(expected);
          expect(idsOf(backwards.toReversed())).toEqual(expected);
          expect(back.map(({ items }) => items)).toEqual(
            forwards.slice(0, -1).map(({ items }) => items),
          );
          expect(anchors.total).toBe(expected.length);
          expect(idsOf(windows)).toEqual(expected);
          for (const { items } of windows.slice(0, -1)) expect(items).toHaveLength(20);
        }
      },
    ),
    // Unbiased, so that most of the few runs have lists of many pages; shrinking would take minutes.
    { numRuns: 12, unbiased: true, endOnFailure: true },
  );
});

function matches(row: Row, filter: Filter, isOfOneServer: boolean): boolean {
  const key = nameKey(filter.q?.trim() ?? '');
  const texts = [row.accountName, row.contact ?? '', row.remark ?? ''].map(nameKey);
  const server = isOfOneServer ? '' : nameKey(row.serverName);
  const isFound =
    [...key].length < 3
      ? key === '' || nameKey(row.accountName).startsWith(key) || server.startsWith(key)
      : texts.some((found) => found.includes(key)) || server.includes(key);
  const names = (filter.service ?? []).map((name) => (name === 'XRAY' ? 'mini' : nameKey(name)));
  const { expiresFrom, expiresTo } = filter;
  // One that never expires is in no range of dates.
  const isInRange =
    row.expiresOn === null
      ? expiresFrom === undefined && expiresTo === undefined
      : row.expiresOn >= (expiresFrom ?? '') && row.expiresOn <= (expiresTo ?? 'later');
  return (
    isFound &&
    (names.length === 0 || names.includes(nameKey(row.service ?? ''))) &&
    isInRange &&
    (filter.enabled === undefined || row.enabled === filter.enabled)
  );
}

function hasStatus(row: Row, statuses: readonly Status[]): boolean {
  return statuses.length === 0 || statuses.includes(statusOf(row, bounds));
}

function countsOf(rows: Row[]): Record<Status, number> {
  const counts = { active: 0, soon: 0, expired: 0, disabled: 0 };
  for (const row of rows) counts[statusOf(row, bounds)] += 1;
  return counts;
}

/** The ids, sorted by what the order says and by id behind it. */
function inOrder(rows: Row[], sort: UserSort): number[] {
  const keyOf = (row: Row) => {
    if (sort.endsWith('name')) return Buffer.from(nameKey(row.accountName));
    if (sort.endsWith('expires')) return Buffer.from(row.expiresOn ?? 'never');
    return Buffer.from(''); // They arrived in the order of their ids.
  };
  const sorted = rows.toSorted((a, b) => Buffer.compare(keyOf(a), keyOf(b)) || a.id - b.id);
  const ids = sorted.map(({ id }) => id);
  return sort.startsWith('-') ? ids.toReversed() : ids;
}

function idsOf(pages: UserList[]): number[] {
  return pages.flatMap(({ items }) => items.map(({ id }) => id));
}
