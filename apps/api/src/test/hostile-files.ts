import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import * as XLSX from 'xlsx';

/** A part of an archive, with what its headers say of it where that is to be a lie. */
export interface Part {
  name: string;
  content: string | Buffer;
  claimedSize?: number;
  flags?: number;
}

/** An archive as its parts say, lies included: made when it is asked for, so that none lies in the repository. */
export function archive(parts: readonly Part[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, claimedSize, flags = 0x800 } of parts) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claimedSize ?? bytes.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, nameBytes]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, place, nameBytes]));
    bodies.push(local, packed);
    offset += local.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length % 65_536, 8);
  end.writeUInt16LE(parts.length % 65_536, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, central, end]);
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml';

interface Wish {
  /** What lies between <sheetData> and its end. */
  rows?: string;
  /** The whole sheet, where that is not enough. */
  sheet?: string;
  sharedStrings?: string;
  contentType?: string;
  date1904?: boolean;
  extra?: readonly Part[];
}

/** The parts of a workbook as small as a workbook can be. */
export function workbookParts({
  rows = '',
  sheet = `<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`,
  sharedStrings,
  contentType = workbookType,
  date1904 = false,
  extra = [],
}: Wish): Part[] {
  const shared = sharedStrings ? [{ name: 'xl/sharedStrings.xml', content: sharedStrings }] : [];
  return [
    {
      name: '[Content_Types].xml',
      content: `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${contentType}"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`,
    },
    {
      name: '_rels/.rels',
      content: `<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    },
    {
      name: 'xl/workbook.xml',
      content: `<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets><sheet name="Users" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/styles" Target="styles.xml"/><Relationship Id="rId3" Type="${office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    },
    {
      name: 'xl/styles.xml',
      content: `<styleSheet xmlns="${main}"><cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    },
    ...shared,
    { name: 'xl/worksheets/sheet1.xml', content: sheet },
    ...extra,
  ];
}

export function workbook(wish: Wish): Buffer {
  return archive(workbookParts(wish));
}

/** Cells of a row as XML: text as text, numbers as numbers. */
export function rowXml(number: number, ...cells: (string | number | null)[]): string {
  const written = cells.map((cell, index) => {
    const place = `r="${String.fromCharCode(65 + index)}${number}"`;
    if (cell === null) return '';
    return typeof cell === 'number'
      ? `<c ${place}><v>${cell}</v></c>`
      : `<c ${place} t="inlineStr"><is><t>${cell}</t></is></c>`;
  });
  return `<row r="${number}">${written.join('')}</row>`;
}

const header = rowXml(1, 'account_name', 'contact');
const oneUser = header + rowXml(2, 'ann', 'here');
const compound = Buffer.from('D0CF11E0A1B11AE1', 'hex');
const oneSheet = (content: string | Buffer): Part[] =>
  workbookParts({}).with(-1, { name: 'xl/worksheets/sheet1.xml', content });

/** Files that want to hang, flood or fool whoever reads them, each with the refusal it must meet. */
export const hostileFiles = {
  'a bomb of 200 MB': {
    make: () => archive(oneSheet(Buffer.alloc(200_000_000))),
    code: 'file_too_large',
    details: { limit: 'ratio' },
  },
  'a bomb of 110 MB that packs like a list': {
    make: () => {
      const brick = (seed: string) => createHash('sha512').update(seed).digest('hex').repeat(20);
      const walls = Array.from({ length: 12 }, (_, wall) => ({
        name: `xl/extra${wall}.xml`,
        content: Array.from({ length: 3_600 }, (_, index) => brick(`${wall} ${index}`)).join(''),
      }));
      return workbook({ rows: oneUser, extra: walls });
    },
    code: 'file_too_large',
    details: { limit: 'unpackedBytes' },
  },
  'sizes that lie': {
    make: () =>
      archive(
        workbookParts({ rows: oneUser }).map((part) => ({
          ...part,
          ...(part.name.endsWith('sheet1.xml') && { claimedSize: 10 }),
        })),
      ),
    code: 'file_unreadable',
    details: { reason: 'damaged' },
  },
  '10,000 parts': {
    make: () =>
      workbook({
        rows: oneUser,
        extra: Array.from({ length: 10_000 }, (_, index) => ({ name: `x/${index}`, content: '' })),
      }),
    code: 'file_too_large',
    details: { limit: 'entries' },
  },
  'an encrypted part': {
    make: () =>
      archive(workbookParts({ rows: oneUser }).map((part) => ({ ...part, flags: 0x801 }))),
    code: 'file_unreadable',
    details: { reason: 'locked' },
  },
  'a name that leads out': {
    make: () => workbook({ rows: oneUser, extra: [{ name: '../../etc/cron.d/x', content: 'x' }] }),
    code: 'file_unreadable',
    details: { reason: 'unsafe' },
  },
  'an absolute name': {
    make: () => workbook({ rows: oneUser, extra: [{ name: '/etc/passwd', content: 'x' }] }),
    code: 'file_unreadable',
    details: { reason: 'unsafe' },
  },
  'two parts of one name': {
    make: () =>
      workbook({ rows: oneUser, extra: [{ name: 'XL/worksheets/SHEET1.xml', content: '<x/>' }] }),
    code: 'file_unreadable',
    details: { reason: 'unsafe' },
  },
  'cells at both ends of the sheet': {
    make: () =>
      workbook({
        rows: `${rowXml(1, 'account_name')}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`,
      }),
    code: 'columns_wrong',
    details: { problem: 'unnamed' },
  },
  'a cell in the last column': {
    make: () =>
      workbook({
        rows: `<row r="1"><c r="A1" t="inlineStr"><is><t>account_name</t></is></c><c r="XFD1" t="inlineStr"><is><t>far</t></is></c></row>${rowXml(2000, 'ann')}`,
      }),
    code: 'columns_wrong',
    details: { problem: 'unknown' },
  },
  'a million rows': {
    make: () =>
      workbook({
        rows:
          header +
          Array.from(
            { length: 1_048_575 },
            (_, k) => `<row r="${k + 2}"><c r="A${k + 2}"><v>${k}</v></c></row>`,
          ).join(''),
      }),
    code: 'file_too_large',
    details: { limit: 'rows' },
  },
  'a nested archive': {
    make: () => archive([{ name: 'inner.zip', content: workbook({ rows: oneUser }) }]),
    code: 'file_type_refused',
    details: { kind: 'zip' },
  },
  'tags that never end': {
    make: () =>
      archive(oneSheet(`<worksheet><sheetData>${'<row r="1"><c r="A1" '.repeat(40_000)}`)),
    code: 'columns_wrong',
    details: { problem: 'missing' },
  },
  'an old .xls': {
    make: () => Buffer.concat([compound, Buffer.alloc(2000), Buffer.from('Workbook', 'utf16le')]),
    code: 'file_type_refused',
    details: { kind: 'xls' },
  },
  'a locked workbook': {
    make: () =>
      Buffer.concat([compound, Buffer.alloc(2000), Buffer.from('EncryptedPackage', 'utf16le')]),
    code: 'file_unreadable',
    details: { reason: 'locked' },
  },
  'a renamed program': {
    make: () => Buffer.concat([Buffer.from('MZ'), Buffer.alloc(4000, 7)]),
    code: 'file_type_refused',
    details: { kind: 'a program' },
  },
  'a web page': {
    make: () => Buffer.from('<html><table><tr><td>account_name</td></tr></table></html>'),
    code: 'file_type_refused',
    details: { kind: 'html' },
  },
  'CSV called .xlsx': {
    make: () => Buffer.from('account_name\r\nann\r\n'),
    code: 'file_type_refused',
    details: { kind: 'misnamed' },
  },
  'a workbook with macros': {
    make: () =>
      workbook({
        rows: oneUser,
        contentType: 'application/vnd.ms-excel.sheet.macroEnabled.main+xml',
      }),
    code: 'file_type_refused',
    details: { kind: 'xlsm' },
  },
  'a binary workbook': {
    make: () => binaryWorkbook([['account_name'], ['ann']]),
    code: 'file_type_refused',
    details: { kind: 'xlsb' },
  },
  'a Word document': {
    make: () =>
      workbook({
        contentType:
          'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml',
      }),
    code: 'file_type_refused',
    details: { kind: 'docx' },
  },
  'a file cut in half': {
    make: () => {
      const whole = workbook({ rows: oneUser });
      return whole.subarray(0, whole.length / 2);
    },
    code: 'file_unreadable',
    details: { reason: 'damaged' },
  },
  'noise behind a good beginning': {
    make: () => Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100_000, 0xa5)]),
    code: 'file_unreadable',
    details: { reason: 'damaged' },
  },
  'nothing at all': { make: () => Buffer.alloc(0), code: 'file_empty', details: {} },
  'a header alone': {
    make: () => workbook({ rows: header }),
    code: 'file_empty',
    details: {},
  },
  'no row at all': {
    make: () => workbook({}),
    code: 'columns_wrong',
    details: { problem: 'missing' },
  },
  'two columns of one name': {
    make: () => workbook({ rows: rowXml(1, 'account_name', 'Account Name') + rowXml(2, 'a', 'b') }),
    code: 'columns_wrong',
    details: { problem: 'duplicate' },
  },
  'columns of a prototype': {
    make: () =>
      workbook({
        rows: rowXml(1, 'account_name', '__proto__', 'constructor') + rowXml(2, 'a', 'b'),
      }),
    code: 'columns_wrong',
    details: { problem: 'unknown' },
  },
} as const satisfies Record<
  string,
  { make: () => Buffer; code: string; details: Record<string, unknown> }
>;

/** One as another program writes it, whole and readable: only its kind is refused. */
function binaryWorkbook(rows: string[][]): Buffer {
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(rows), 'Users');
  return Buffer.from(XLSX.write(book, { bookType: 'xlsb', type: 'buffer' }));
}
