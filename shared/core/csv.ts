/** A record of a CSV text: its cells, and the line (from 1) on which it begins. */
export type CsvRecord = { line: number; cells: string[] };

/** Thrown where a text is not CSV. */
export class NotCsv extends Error {
  override readonly name = 'NotCsv';
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** A cell and what ends it: quoted, with doubled quotes within, or plain up to the next separator or line end. */
const cellPatterns = {
  ',': /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y,
  ';': /(?:"((?:[^"]|"")*)"|([^";\r\n]*))(;|\r\n|\n|\r|$)/y,
};

/** Semicolons part cells where the first line has them and no comma: so spreadsheets write in much of Europe. */
const separatorOf = (text: string): ',' | ';' => (/^[^,\r\n]*;[^,\r\n]*(?:[\r\n]|$)/.test(text) ? ';' : ',');

/** The records of a text as RFC 4180 says, without the empty lines. Throws {@link NotCsv}. */
export function parseCsv(given: string): CsvRecord[] {
  const text = given.replace(/^\uFEFF/, '');
  const separator = separatorOf(text);
  const cellPattern = cellPatterns[separator];
  const records: CsvRecord[] = [];
  let line = 1;
  let record: CsvRecord = { line, cells: [] };
  cellPattern.lastIndex = 0;
  while (cellPattern.lastIndex < text.length || record.cells.length > 0) {
    const match = cellPattern.exec(text);
    if (match === null) throw new NotCsv(line, 'a quote stands where it may not, or is not closed');
    const [whole, quoted, plain = '', end = ''] = match;
    record.cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.split(/\r\n|\n|\r/).length - 1;
    if (end === separator) continue;
    if (record.cells.length > 1 || record.cells[0] !== '') records.push(record);
    record = { line, cells: [] };
    if (end === '') break;
  }
  return records;
}
