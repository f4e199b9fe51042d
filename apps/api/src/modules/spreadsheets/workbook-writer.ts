import { type ZipEntry, zip } from './zip-writer.ts';

/** A cell to write; text is always text, never a formula. */
export type WrittenCell = string | number | null;
export type Look = 'plain' | 'bold' | 'text' | 'date';

export interface WrittenSheet {
  name: string;
  columns: readonly { width: number; look: Look }[];
  /** The first row is bold and stays in sight. */
  header: readonly string[];
  /** Batches of rows, so that a long sheet is written as it comes. */
  rows: Iterable<readonly WrittenCell[][]> | AsyncIterable<readonly WrittenCell[][]>;
  /** Offers the cells of another sheet in one column: what it is to hold, by its index, and where they lie. */
  choice?: { column: number; from: string };
}

/** The bytes of a workbook, written while its rows come in. */
export function writeWorkbook(sheets: readonly WrittenSheet[]): AsyncGenerator<Buffer> {
  return zip(parts(sheets));
}

/** How many rows a choice is offered in: as many as a file may hold. */
const choiceRows = 100_001;
const looks = ['plain', 'bold', 'text', 'date'] as const satisfies readonly Look[];

function* parts(sheets: readonly WrittenSheet[]): Generator<ZipEntry> {
  const numbered = sheets.map((sheet, index) => ({ sheet, number: index + 1 }));
  yield { name: '[Content_Types].xml', content: [contentTypes(numbered)] };
  yield { name: '_rels/.rels', content: [packageRelations] };
  yield { name: 'xl/workbook.xml', content: [workbook(numbered)] };
  yield { name: 'xl/_rels/workbook.xml.rels', content: [workbookRelations(numbered)] };
  yield { name: 'xl/styles.xml', content: [styles] };
  for (const { sheet, number } of numbered)
    yield { name: `xl/worksheets/sheet${number}.xml`, content: worksheet(sheet) };
}

async function* worksheet({ columns, header, rows, choice }: WrittenSheet): AsyncGenerator<string> {
  const widths = columns.map(
    ({ width, look }, index) =>
      `<col min="${index + 1}" max="${index + 1}" width="${width}" style="${looks.indexOf(look)}" customWidth="1"/>`,
  );
  yield `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData>`;
  yield row(1, header, () => looks.indexOf('bold'));

  const lookOf = (index: number) => looks.indexOf(columns[index]?.look ?? 'plain');
  let number = 1;
  for await (const batch of rows) {
    let text = '';
    for (const cells of batch) {
      number += 1;
      text += row(number, cells, lookOf);
    }
    yield text;
  }
  yield '</sheetData>';
  if (choice) yield validation(choice);
  yield '</worksheet>';
}

function row(
  number: number,
  cells: readonly WrittenCell[],
  lookOf: (index: number) => number,
): string {
  let text = `<row r="${number}">`;
  for (const [index, cell] of cells.entries()) {
    if (cell === null) continue;
    const place = `<c r="${letter(index)}${number}" s="${lookOf(index)}"`;
    text +=
      typeof cell === 'number'
        ? `${place}><v>${cell}</v></c>`
        : `${place} t="inlineStr"><is><t xml:space="preserve">${escapeXml(cell)}</t></is></c>`;
  }
  return `${text}</row>`;
}

function validation({ column, from }: { column: number; from: string }): string {
  const cells = `${letter(column)}2:${letter(column)}${choiceRows}`;
  // A warning only: an import also takes a service by another name of its.
  return `<dataValidations count="1"><dataValidation type="list" errorStyle="warning" allowBlank="1" showErrorMessage="1" sqref="${cells}"><formula1>${escapeXml(from)}</formula1></dataValidation></dataValidations>`;
}

/** Twenty-six columns are enough here. */
function letter(index: number): string {
  return String.fromCharCode(65 + index);
}

/** Text as a workbook holds it. What XML cannot hold, and what would read as its escape, is escaped as Excel does. */
export function escapeXml(text: string): string {
  if (!/[&<>"\r\n\t_\uFFFE\uFFFF]/.test(text)) return text;
  return text
    .replace(/_(?=x[\da-f]{4}_)/gi, '_x005F_')
    .replace(/[\uFFFE\uFFFF]/g, (character) => `_x${hex(character)}_`)
    .replace(/[&<>"\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const documents = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const application = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

interface Numbered {
  sheet: WrittenSheet;
  number: number;
}

function contentTypes(sheets: readonly Numbered[]): string {
  const overrides = sheets.map(
    ({ number }) =>
      `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${application}.worksheet+xml"/>`,
  );
  return `${declaration}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${application}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${application}.styles+xml"/>${overrides.join('')}</Types>`;
}

const packageRelations = `${declaration}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${documents}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;

function workbook(sheets: readonly Numbered[]): string {
  const list = sheets.map(
    ({ sheet, number }) =>
      `<sheet name="${escapeXml(sheet.name)}" sheetId="${number}" r:id="rId${number}"/>`,
  );
  return `${declaration}<workbook xmlns="${main}" xmlns:r="${documents}"><sheets>${list.join('')}</sheets></workbook>`;
}

function workbookRelations(sheets: readonly Numbered[]): string {
  const list = sheets.map(
    ({ number }) =>
      `<Relationship Id="rId${number}" Type="${documents}/worksheet" Target="worksheets/sheet${number}.xml"/>`,
  );
  return `${declaration}<Relationships xmlns="${packages}/relationships">${list.join('')}<Relationship Id="rId${sheets.length + 1}" Type="${documents}/styles" Target="styles.xml"/></Relationships>`;
}

/** One cell format per look, in their order: 49 is text, 164 the date that is read back as it is shown. */
const styles = `${declaration}<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>`;
