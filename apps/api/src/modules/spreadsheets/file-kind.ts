import { RefusedFile } from './file-refusal.ts';

/** What a file is by its first bytes, whatever it is called. Refuses with a sentence what is not a workbook or CSV. */
export function kindOf(bytes: Buffer, fileName: string): 'archive' | 'csv' {
  if (bytes.length === 0) throw new RefusedFile('file_empty', 'The file is empty: it has 0 bytes.');
  if (starts(bytes, 'PK\x03\x04')) return 'archive';
  if (starts(bytes, '\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1')) throw compound(bytes);

  const kind = Object.entries(signatures).find(([, start]) => starts(bytes, start))?.[0];
  if (kind) throw refusedType(kind, `This is ${kind}, not a list of users.`);

  const isUtf16 = starts(bytes, '\xFF\xFE') || starts(bytes, '\xFE\xFF');
  if (bytes.includes(0) && !isUtf16)
    throw refusedType('unknown', 'This is neither an .xlsx workbook nor a .csv file.');
  return text(bytes, fileName);
}

/** Bytes as latin1 text. */
const signatures = {
  'a program': 'MZ',
  'a Linux program': '\x7FELF',
  'a PDF': '%PDF',
  'a picture (PNG)': '\x89PNG',
  'a picture (JPEG)': '\xFF\xD8\xFF',
  'a picture (GIF)': 'GIF8',
  'a gzip archive': '\x1F\x8B',
  'an archive (RAR)': 'Rar!',
  'an archive (7z)': '7z\xBC\xAF',
  'a rich-text document': '{\\rtf',
  'an empty archive': 'PK\x05\x06',
};

/** The container of the old Office: it also wraps a workbook that a password locks. */
function compound(bytes: Buffer): RefusedFile {
  if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le')))
    return new RefusedFile(
      'file_unreadable',
      'The workbook is locked with a password. Save it without one, then import it.',
      { reason: 'locked' },
    );
  return refusedType(
    'xls',
    'This is an old Excel file (.xls). Open it and save it as .xlsx, then import it.',
  );
}

function text(bytes: Buffer, fileName: string): 'csv' {
  const beginning = bytes.subarray(0, 1000).toString('latin1').trimStart().toLowerCase();
  if (/^(\xEF\xBB\xBF)?<(!doctype|html|table|\?xml|meta|head|body|script|svg)/.test(beginning))
    throw refusedType(
      'html',
      'This is a web page or XML, whatever its name says. Save it as .xlsx.',
    );
  if (!/\.(csv|txt|tsv)$/i.test(fileName))
    throw refusedType(
      'misnamed',
      'This is plain text, not an .xlsx workbook. If it is CSV, name it .csv.',
    );
  return 'csv';
}

export function refusedType(kind: string, sentence: string): RefusedFile {
  return new RefusedFile('file_type_refused', sentence, { kind });
}

function starts(bytes: Buffer, signature: string): boolean {
  return bytes.subarray(0, signature.length).equals(Buffer.from(signature, 'latin1'));
}
