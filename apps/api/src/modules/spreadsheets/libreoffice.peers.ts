import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays } from '@cmp/shared/calendar';
import { describe, expect, onTestFinished } from 'vitest';
import * as XLSX from 'xlsx';
import { shipServices } from '#modules/services/services.service.ts';
import { test as base } from '#test/fixtures.ts';
import { planned, settledPlan } from '#test/import-client.ts';

// Run by `npm run test:peers`, which installs LibreOffice: a program of its own writes the dates that we read.

const test = base.extend('app', async ({ startInstance }) => startInstance({}, { work: 'does' }));

const rows = 10_000;
const zones = ['UTC', 'Asia/Yangon', 'America/Sao_Paulo', 'Pacific/Apia'];
/** A day for each row, over 27 years with all their turns of the clock; in both of Excel's calendars there. */
const dayOf = (index: number) => addDays('2010-01-01', index);
const nameOf = (index: number) => `user-${String(index).padStart(5, '0')}`;

describe.for(['1899-12-30', '1904-01-01'])(
  'a workbook of LibreOffice that counts from %s',
  (nullDate) => {
    test('has the same days wherever it is read, and comes out as it went in', {
      timeout: 180_000,
    }, async ({ api, given, db }) => {
      const folder = mkdtempSync(join(tmpdir(), 'cmp-libreoffice-'));
      const zoneBefore = process.env.TZ;
      onTestFinished(() => {
        rmSync(folder, { recursive: true, force: true });
        if (zoneBefore === undefined) delete process.env.TZ;
        else process.env.TZ = zoneBefore;
      });
      const workbook = convert(folder, nullDate);
      const { Workbook } = XLSX.read(workbook, { sheetRows: 1 });
      expect(Workbook?.WBProps?.date1904 ?? false).toBe(nullDate.startsWith('1904'));
      await shipServices(db);
      const admin = await api.as('admin');

      for (const zone of zones) {
        process.env.TZ = zone;
        const [server] = await given.servers(`${zone} ${nullDate}`);
        const plan = await planned(admin, server.id, workbook);
        expect(plan.counts).toMatchObject({ added: rows, errors: 0, warnings: 0 });
        const commit = await admin.post(`/plans/${plan.id}/commit`, {});
        expect(commit.statusCode).toBeLessThan(300);
        expect(await settledPlan(admin, plan.id)).toMatchObject({ state: 'committed' });

        const users = await db
          .selectFrom('users')
          .select(['accountName', 'expiresOn'])
          .where('serverId', '=', server.id)
          .orderBy('nameKey')
          .execute();
        expect(users.length).toBe(rows);
        const wrong = users.filter(({ expiresOn }, index) => expiresOn !== dayOf(index));
        expect(wrong, zone).toEqual([]);

        const exported = await admin.get(`/servers/${server.id}/users/export.xlsx`);
        const again = await planned(admin, server.id, exported.rawPayload);
        expect(again.counts).toMatchObject({ added: 0, changed: 0, unchanged: rows, errors: 0 });
      }
    });
  },
);

/** A flat document with real date cells, which LibreOffice saves as .xlsx in the calendar it names. */
function convert(folder: string, nullDate: string): Buffer {
  const text = (value: string) =>
    `<table:table-cell office:value-type="string"><text:p>${value}</text:p></table:table-cell>`;
  const date = (value: string) =>
    `<table:table-cell table:style-name="day" office:value-type="date" office:date-value="${value}"><text:p>${value}</text:p></table:table-cell>`;
  const lines = Array.from(
    { length: rows },
    (_, index) => `<table:table-row>${text(nameOf(index))}${date(dayOf(index))}</table:table-row>`,
  );
  const source = join(folder, 'users.fods');
  writeFileSync(
    source,
    `<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
  xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"
  office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
  <office:automatic-styles>
    <number:date-style style:name="iso"><number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/></number:date-style>
    <style:style style:name="day" style:family="table-cell" style:data-style-name="iso"/>
  </office:automatic-styles>
  <office:body><office:spreadsheet>
    <table:calculation-settings><table:null-date table:date-value="${nullDate}"/></table:calculation-settings>
    <table:table table:name="Users">
      <table:table-row>${text('account_name')}${text('expire_date')}</table:table-row>
      ${lines.join('\n')}
    </table:table>
  </office:spreadsheet></office:body>
</office:document>`,
  );
  execFileSync(
    'soffice',
    [
      `-env:UserInstallation=file://${folder}/profile`,
      '--headless',
      ...['--convert-to', 'xlsx', '--outdir', folder, source],
    ],
    { stdio: 'pipe', timeout: 120_000 },
  );
  return readFileSync(join(folder, 'users.xlsx'));
}
