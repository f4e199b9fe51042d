import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '#lib/errors.ts';
import { runBounded, type Usage } from '#lib/subprocess.ts';
import { hostileFiles, rowXml, workbook } from '#test/hostile-files.ts';
import { readBounded } from './bounded-reader.ts';
import { guard, unguard } from './csv.ts';
import type { FileRow } from './file-reader.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cmp-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

const rules = {
  dateOrder: 'DMY',
  services: [{ name: 'Basic', aliases: ['b'] }],
} as const;

async function readRows(bytes: Buffer, fileName = 'list.xlsx') {
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  let used: Usage = { peakMegabytes: 0, cpuSeconds: 0 };
  const startedAt = performance.now();
  const rows: FileRow[] = [];
  let refusal: AppError | undefined;
  try {
    const onExit = (usage: Usage) => {
      used = usage;
    };
    for await (const batch of readBounded({ path, fileName, rules, onExit }))
      rows.push(...JSON.parse(batch));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    refusal = error;
  }
  return { rows, refusal, ...used, seconds: (performance.now() - startedAt) / 1000 };
}

describe('a hostile file (ASVS 5.2.1, 5.2.3)', () => {
  test.each(Object.entries(hostileFiles))(
    'is refused with its own sentence, soon, in little memory: %s',
    { timeout: 60_000 },
    async (name, { make, code, details }) => {
      const bytes = make();

      const { refusal, rows, seconds, cpuSeconds, peakMegabytes } = await readRows(bytes);

      console.info(
        `${name}: ${bytes.length} bytes, ${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of CPU, ${peakMegabytes.toFixed(0)} MB: ${refusal?.message}`,
      );
      expect(refusal?.code).toBe(code);
      expect(refusal?.details).toMatchObject(details);
      expect(refusal?.message).toMatch(/^[A-Z].+\.$/);
      expect(rows).toEqual([]);
      // Of the processor's time: what else runs on the machine is not its fault.
      expect(cpuSeconds).toBeLessThan(5);
      expect(seconds).toBeLessThan(30);
      // A child that reads nothing takes 95 of them.
      expect(peakMegabytes).toBeLessThan(250);
    },
  );
});

describe('a workbook', () => {
  const header = ['account_name', 'service_type', 'contact', 'expire_date'] as const;
  const date = '<row r="2"><c r="A2" t="inlineStr"><is><t>ann</t></is></c>';

  test('is read by its names, ids ignored, whatever the order of its columns', async () => {
    const rows =
      rowXml(1, 'ID', 'Contact', 'SERVER ID', 'Account Name', 'Data limit GB', 'Service_Type') +
      rowXml(2, 17, '+95 9 1', 3, ' ann ', 'Unlimited', 'b') +
      rowXml(3, 18, null, 3, 'ben', null, null);

    const { rows: read, refusal } = await readRows(workbook({ rows }));

    expect(refusal).toBeUndefined();
    expect(read.map(({ fileRow, given }) => ({ fileRow, given }))).toEqual([
      {
        fileRow: 2,
        given: {
          accountName: 'ann',
          service: 'Basic',
          contact: '+95 9 1',
          dataLimitGb: 'unlimited',
        },
      },
      {
        fileRow: 3,
        given: { accountName: 'ben', service: null, contact: null, dataLimitGb: null },
      },
    ]);
  });

  test.each(['UTC', 'Asia/Yangon', 'America/Sao_Paulo', 'Pacific/Apia'])(
    'gives the same dates in %s, from 1900 and from 1904, from numbers, texts and ISO cells',
    async (zone) => {
      const before = process.env.TZ;
      process.env.TZ = zone;
      const sheet = (day: number) =>
        rowXml(1, 'account_name', 'expire_date') +
        `${date}<c r="B2" s="1"><v>${day}</v></c></row>` +
        rowXml(3, 'ben', day + 0.75) +
        rowXml(4, 'cat', '01/05/2026') +
        rowXml(5, 'dan', '2026-05-01') +
        '<row r="6"><c r="A6" t="inlineStr"><is><t>eve</t></is></c><c r="B6" t="d"><v>2026-05-01T00:00:00</v></c></row>';

      const from1900 = await readRows(workbook({ rows: sheet(46_143) }));
      const from1904 = await readRows(workbook({ rows: sheet(46_143 - 1462), date1904: true }));
      process.env.TZ = before;

      for (const { rows } of [from1900, from1904])
        expect(rows.map(({ given }) => given.expiresOn)).toEqual(Array(5).fill('2026-05-01'));
    },
  );

  test('shows formulas, errors and hidden cells as what they are, and works nothing out', async () => {
    const sheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rowXml(1, ...header)}
      <row r="2" hidden="1"><c r="A2" t="inlineStr"><is><t>ann</t></is></c><c r="D2"><f>TODAY()</f><v>46143</v></c></row>
      <row r="3"><c r="A3" t="str"><f>HYPERLINK("http://x","y")</f><v>y</v></c></row>
      <row r="4"><c r="A4" t="inlineStr"><is><t>ben</t></is></c><c r="D4" t="e"><v>#N/A</v></c></row>
      <row r="5"><c r="A5" t="inlineStr"><is><t>cat</t></is></c></row>
      <row r="6"/>
      </sheetData><mergeCells count="1"><mergeCell ref="A4:A5"/></mergeCells></worksheet>`;

    const { rows } = await readRows(workbook({ sheet }));

    expect(
      rows.map(({ fileRow, name, errors }) => [
        fileRow,
        name,
        errors.map(({ column, code }) => `${column} ${code}`),
      ]),
    ).toEqual([
      [2, 'ann', ['expire_date formula']],
      [3, null, ['account_name formula']],
      [4, 'ben', ['expire_date cell_error']],
      [5, 'cat', []],
    ]);
  });

  test('expands no entity and opens no other file', async () => {
    const sharedStrings =
      '<!DOCTYPE sst [<!ENTITY a "0123456789"><!ENTITY b "&a;&a;&a;"><!ENTITY file SYSTEM "file:///etc/passwd">]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>account_name</t></si><si><t>x&b;&file;</t></si></sst>';
    const rows =
      '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>';

    const { rows: read } = await readRows(workbook({ rows, sharedStrings }));

    expect(read).toHaveLength(1);
    expect(JSON.stringify(read)).not.toMatch(/root:|0123456789/);
  });

  test('loses no row that stands far below the others', async () => {
    const rows = rowXml(1, 'account_name') + rowXml(2, 'ann') + rowXml(900_000, 'ben');

    const { rows: read } = await readRows(workbook({ rows }));

    expect(read.map(({ fileRow, name }) => [fileRow, name])).toEqual([
      [2, 'ann'],
      [900_000, 'ben'],
    ]);
  });

  test('with a claim of a million rows is read by what it holds', async () => {
    const sheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>${rowXml(1, 'account_name')}${rowXml(2, 'ann')}</sheetData></worksheet>`;

    const { rows, cpuSeconds } = await readRows(workbook({ sheet }));

    expect(rows.map(({ name }) => name)).toEqual(['ann']);
    expect(cpuSeconds).toBeLessThan(5);
  });

  test('may hold a flood of formatted rows without values', async () => {
    const empty = Array.from(
      { length: 150_000 },
      (_, k) => `<row r="${k + 3}"><c r="A${k + 3}" s="1"/></row>`,
    );
    const rows = rowXml(1, 'account_name') + rowXml(2, 'ann') + empty.join('');

    const { rows: read } = await readRows(workbook({ rows }));

    expect(read.map(({ name }) => name)).toEqual(['ann']);
  });
});

describe('a CSV file', () => {
  test.each([
    ['commas', 'account_name,contact\r\n"ann, the first",x\r\n'],
    ['semicolons', 'account_name;contact\n"ann, the first";x\n'],
    ['tabs', 'account_name\tcontact\n"ann, the first"\tx\n'],
    [
      'a first line that names the separator',
      'sep=;\r\naccount_name;contact\r\nann, the first;x\r\n',
    ],
    ['a mark and such a line', '\uFEFFsep=\t\naccount_name\tcontact\nann, the first\tx'],
    ['such a line in quotes', '"SEP=;"\naccount_name;contact\nann, the first;x\n'],
    ['a mark and no last line break', '\uFEFFaccount_name;contact\n\nann, the first;x'],
  ])('is read with %s', async (_, text) => {
    const { rows } = await readRows(Buffer.from(text), 'list.csv');

    expect(rows.map(({ given }) => given)).toEqual([
      { accountName: 'ann, the first', contact: 'x' },
    ]);
  });

  test('loses exactly the one apostrophe that guards a formula', async () => {
    const text = "account_name,contact\r\n'=1+1,'plain\r\n''=x,'+95\r\n";

    const { rows } = await readRows(Buffer.from(text), 'list.csv');

    expect(rows.map(({ given }) => given)).toEqual([
      { accountName: '=1+1', contact: "'plain" },
      { accountName: "'=x", contact: '+95' },
    ]);
  });

  test.each([
    ['in another encoding', Buffer.from('account_name\nJos\xE9\n', 'latin1'), 'file_unreadable'],
    ['in UTF-16', Buffer.from('\uFEFFaccount_name\nann\n', 'utf16le'), 'file_unreadable'],
    ['with an open quote', Buffer.from('account_name\n"ann\n'), 'file_unreadable'],
    [
      'of 100,001 rows',
      Buffer.from(`account_name\n${Array.from({ length: 100_001 }, (_, k) => `u${k}`).join('\n')}`),
      'file_too_large',
    ],
  ])('is refused %s', async (_, bytes, code) => {
    expect((await readRows(bytes, 'list.csv')).refusal?.code).toBe(code);
  });

  test('guards every text so that it comes back as it was', () => {
    void fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^['=+\-@\t\r＝].*$/)),
        (text) => {
          expect(unguard(guard(text))).toBe(text);
          expect(guard(text)).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
        },
      ),
    );
  });
});

describe('a child', () => {
  test('is killed at its deadline, above its memory, and when it is stopped', async () => {
    const path = join(folder, 'child.ts');
    await writeFile(
      path,
      `const keep: Buffer[] = [];
      process.stdin.on('data', (what) => {
        if (String(what) === 'eat') setInterval(() => keep.push(Buffer.alloc(20_000_000, 1)), 5);
        else while (true);
      });`,
    );
    const file = await open(path);
    const run = async (input: string, bounds: { cpuSeconds: number; signal?: AbortSignal }) => {
      const startedAt = performance.now();
      let used: Usage = { peakMegabytes: 0, cpuSeconds: 0 };
      const question = {
        entry: pathToFileURL(path),
        input,
        descriptor: file.fd,
        memoryMegabytes: 200,
        ...bounds,
        onExit: (usage: Usage) => {
          used = usage;
        },
      };
      const error = await Array.fromAsync(runBounded(question)).catch((thrown: unknown) => thrown);
      return { error, ...used, seconds: (performance.now() - startedAt) / 1000 };
    };

    const late = await run('hang', { cpuSeconds: 1 });
    const fat = await run('eat', { cpuSeconds: 20 });
    const stopped = await run('hang', { cpuSeconds: 20, signal: AbortSignal.timeout(500) });
    await file.close();

    expect(late.error).toMatchObject({ reason: 'deadline' });
    expect(late.cpuSeconds).toBeLessThan(2.5);
    expect(fat.error).toMatchObject({ reason: 'memory' });
    expect(stopped.error).toMatchObject({ name: 'TimeoutError' });
    for (const { seconds } of [late, fat, stopped]) expect(seconds).toBeLessThan(30);
  });

  test('sees no environment, may write nothing and start nothing', async () => {
    const path = join(folder, 'nosy.ts');
    await writeFile(
      path,
      `import { execSync } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      const attempt = (act: () => void) => { try { act(); return 'done'; } catch (error) { return error.code; } };
      console.log(JSON.stringify([process.env, attempt(() => writeFileSync('${folder}/x', 'x')), attempt(() => execSync('id'))]));`,
    );
    const file = await open(path);
    const question = { entry: pathToFileURL(path), input: '', descriptor: file.fd };

    const lines = await Array.fromAsync(
      runBounded({ ...question, cpuSeconds: 10, memoryMegabytes: 300 }),
    );
    await file.close();

    expect(JSON.parse(lines.join(''))).toEqual([
      { TZ: 'UTC' },
      'ERR_ACCESS_DENIED',
      'ERR_ACCESS_DENIED',
    ]);
  });
});
