import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { text } from '@cmp/shared/primitives';
import { columns as allColumns } from '@cmp/shared/workbook';
import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import * as XLSX from 'xlsx';
import { attachment } from '#lib/attachment.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { serviceIdsByKey, shipServices } from '#modules/services/services.service.ts';
import { addUsers } from '#modules/users/users.service.ts';
import { system, test, uploadsDir } from '#test/fixtures.ts';
import { writeCsv } from './csv.ts';
import { fileName } from './file-name.ts';
import { readFile } from './file-reader.ts';
import { rowOf, writeUsers } from './user-sheet.ts';

const rules = { dateOrder: 'DMY', services: [{ name: 'Basic', aliases: [] }] } as const;
const columns = [
  ...['account_name', 'service_type', 'contact', 'expire_date', 'total_devices'],
  ...['data_limit_gb', 'remark'],
];

describe('GET /servers/:serverId/users/template.xlsx', () => {
  test('gives a workbook to fill in, which offers the services and explains the columns', async ({
    api,
    given,
    db,
  }) => {
    await shipServices(db);
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');

    const { statusCode, headers, rawPayload } = await admin.get(
      `/servers/${tokyo.id}/users/template.xlsx`,
    );

    expect(statusCode).toBe(200);
    expect(headers['content-disposition']).toContain('filename="tokyo - template.xlsx"');
    expect(headers['content-type']).toContain('spreadsheetml.sheet');
    const book = XLSX.read(rawPayload, { bookFiles: true });
    const xml = String(partOf(book, 'xl/worksheets/sheet1.xml'));
    expect(xml).toContain('state="frozen"');
    expect(xml).toContain('<formula1>Services!$A$2:$A$4</formula1>');
    expect(book.SheetNames).toEqual(['Users', 'Columns', 'Services']);
    expect(rowsOf(book, 'Users')).toEqual([columns]);
    expect(rowsOf(book, 'Columns').map(([column]) => column)).toEqual(['column', ...columns]);
    expect(rowsOf(book, 'Services').slice(1)).toEqual([
      ['Mini', 1, 100],
      ['Basic', 2, 100],
      ['Unlimited', 2, 'unlimited'],
    ]);
  });
});

describe('GET /servers/:serverId/users/export.xlsx', () => {
  test('writes the users in the order of the list, text as text, dates as they are written', async ({
    api,
    given,
    db,
  }) => {
    const [server] = await given.servers('a/b:c');
    await give(db, server.id);
    const admin = await api.as('admin');

    const { headers, rawPayload } = await admin.get(
      `/servers/${server.id}/users/export.xlsx?withEnabled=true`,
    );

    expect(headers['content-disposition']).toContain('filename="a-b-c - users.xlsx"');
    const book = XLSX.read(rawPayload, { bookFiles: true });
    expect(String(partOf(book, 'xl/worksheets/sheet1.xml'))).not.toContain('<f>');
    expect(rowsOf(book, 'Users')).toEqual([
      [...columns, 'enabled'],
      ["'quoted", 'Basic', '+95', undefined, 'unlimited', 'unlimited', '@x', 'true'],
      ['=1+1', 'Basic', undefined, '2027-01-31', 3, 0.5, '<b>&"', 'false'],
    ]);
    expect(await readdir(uploadsDir)).toEqual([]);
  });

  test('takes the filter and the sort of the list', async ({ api, given, db }) => {
    const [server] = await given.servers('tokyo');
    await give(db, server.id);
    const admin = await api.as('admin');
    const names = async (query: string) => {
      const { rawPayload } = await admin.get(`/servers/${server.id}/users/export.xlsx?${query}`);
      return rowsOf(XLSX.read(rawPayload), 'Users')
        .slice(1)
        .map(([name]) => name);
    };

    expect(await names('sort=-name')).toEqual(['=1+1', "'quoted"]);
    expect(await names('status=disabled')).toEqual(['=1+1']);
    expect(await names('q=quoted')).toEqual(["'quoted"]);
  });

  test('is of the granted servers alone (ASVS 8.2.2)', async ({ api, given }) => {
    const [home, away] = await given.servers('home', 'away');
    const viewer = await api.as('viewer', [
      { serverId: home.id, level: 'view', actions: ['users:export'] },
    ]);
    const mute = await api.as('viewer', [{ serverId: home.id, level: 'view', actions: [] }]);
    const status = async (who: typeof viewer, id: number, file: string) =>
      (await who.get(`/servers/${id}/users/${file}`)).statusCode;

    for (const file of ['export.xlsx', 'export.csv']) {
      expect(await status(viewer, home.id, file)).toBe(200);
      expect(await status(viewer, away.id, file)).toBe(404);
      expect(await status(mute, home.id, file)).toBe(403);
    }
    expect(await status(viewer, away.id, 'template.xlsx')).toBe(404);
  });
});

describe('GET /servers/:serverId/users/export.csv', () => {
  test('writes a marked, guarded file with the separator asked for', async ({ api, given, db }) => {
    const [server] = await given.servers('tokyo');
    await give(db, server.id);
    const admin = await api.as('admin');

    const { body, headers } = await admin.get(
      `/servers/${server.id}/users/export.csv?separator=semicolon`,
    );

    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(body).toBe(
      `\uFEFF${columns.join(';')}\r\n''quoted;Basic;'+95;;unlimited;unlimited;'@x\r\n'=1+1;Basic;;2027-01-31;3;0.5;"<b>&"""\r\n`,
    );
  });
});

describe('a written workbook', () => {
  test('is read as what it was written of', { timeout: 60_000 }, async () => {
    const nasty = fc.constantFrom(
      '=1',
      '+1',
      '-1',
      '@a',
      "'a",
      "''",
      '＝1',
      '_x0041_',
      '_x005F_',
      '&amp;',
      ']]>',
      '😀',
      'אבג',
      '\u202Eabc',
      '\uFFFE',
      '__proto__',
      '1E5',
      '007',
      'a"b;c,d',
    );
    const typed = fc
      .oneof(
        nasty,
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        fc.string({ unit: 'binary', maxLength: 30 }),
      )
      .map((any) =>
        any
          .replace(/[\p{Cc}\p{Cs}]/gu, '')
          .normalize('NFC')
          .trim(),
      );
    const user = fc.record({
      accountName: typed.filter((name) => text(80).safeParse(name).success),
      service: fc.constantFrom('Basic', null),
      contact: fc.option(typed.filter((some) => some !== '')),
      expiresOn: fc.option(
        fc
          .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
          .map((date) => date.toISOString().slice(0, 10)),
      ),
      totalDevices: fc.option(fc.nat(100_000)),
      dataLimitGb: fc.option(
        fc.double({ min: 0, max: 10_000_000, noNaN: true }).map((size) => size + 0),
      ),
      remark: fc.option(typed.filter((some) => some !== '')),
      enabled: fc.boolean(),
    });

    await fc.assert(
      fc.asyncProperty(fc.array(user, { minLength: 1, maxLength: 4 }), async (users) => {
        const exported = users.map((one) => ({ ...one, serviceDevices: one.service ? 2 : null }));
        const read = (bytes: Buffer, name: string) => Array.fromAsync(readFile(bytes, name, rules));
        const expected = exported.map(({ serviceDevices, ...one }) => ({
          ...one,
          totalDevices: one.totalDevices ?? (serviceDevices ? 'unlimited' : null),
          dataLimitGb: one.dataLimitGb ?? 'unlimited',
        }));

        const workbook = await buffer(writeUsers(once(exported), allColumns));
        const csv = await buffer(
          Readable.from(
            writeCsv(allColumns, once(exported.map((one) => rowOf(one, allColumns))), 'comma'),
          ),
        );

        for (const batches of [await read(workbook, 'x.xlsx'), await read(csv, 'x.csv')]) {
          expect(batches.flat().flatMap(({ errors }) => errors)).toEqual([]);
          expect(batches.flat().map(({ given }) => given)).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the name of a file', () => {
  test('is one that every file system takes, and the header holds', () => {
    void fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }), (server) => {
        const name = fileName(server, ' - users.xlsx');

        expect([...name].length).toBeLessThanOrEqual(80);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(name).not.toMatch(/[\\/:*?"<>|\p{Cc}]/u);
        expect(name.endsWith(' - users.xlsx')).toBe(true);
        const header = attachment(name);
        expect(header).toMatch(
          /^attachment; filename="[ -~]*"; filename\*=UTF-8''[\w.!#$&+^`|~%-]*$/,
        );
        expect(decodeURIComponent(header.split("''")[1] ?? '')).toBe(name);
      }),
    );
    expect(fileName('../../etc\u202Exslx\r\nX: y', ' - users.xlsx')).toBe(
      '--..-etc-xslx--X- y - users.xlsx',
    );
  });
});

async function* once<Item>(items: Item): AsyncGenerator<Item> {
  yield items;
}

async function give(db: Parameters<typeof shipServices>[0], serverId: number) {
  await shipServices(db);
  const serviceId = (await serviceIdsByKey(db)).get('basic') ?? 0;
  const common = { serverId, serviceId };
  await inChange(db, system, 'users:create', null, (trx) =>
    addUsers(trx, [
      {
        ...common,
        accountName: '=1+1',
        contact: null,
        expiresOn: '2027-01-31',
        totalDevices: 3,
        dataLimitGb: 0.5,
        remark: '<b>&"',
        enabled: false,
      },
      {
        ...common,
        accountName: "'quoted",
        contact: '+95',
        expiresOn: null,
        totalDevices: null,
        dataLimitGb: null,
        remark: '@x',
        enabled: true,
      },
    ]),
  );
}

function rowsOf(book: XLSX.WorkBook, name: string): unknown[][] {
  return XLSX.utils.sheet_to_json(book.Sheets[name] ?? {}, { header: 1, raw: true });
}

function partOf(book: XLSX.WorkBook, path: string): unknown {
  const { files } = book as unknown as { files: Record<string, { content: Buffer }> };
  return files[path]?.content;
}
