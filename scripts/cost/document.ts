import { billTable, choiceTable, usedTable, type Sized } from './tables.ts';

/** A table's cells, however it is laid out. */
export const cellsOf = (table: string): string[][] =>
  table
    .split('\n')
    .filter((line) => !/^[|\s:-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

export const costTables = (all: readonly Sized[]): string[] => [billTable(all), usedTable(all), choiceTable()];

/** Where a table with this first cell stands among the lines of a document: from its first line to behind its last. */
function placeOf(lines: readonly string[], head: string): { start: number; end: number } {
  const start = lines.findIndex((line) => line.startsWith(`| ${head} `));
  if (start < 0) throw new Error(`the document has no table that begins with ${head}`);
  const after = lines.findIndex((line, n) => n > start && !line.startsWith('|'));
  return { start, end: after < 0 ? lines.length : after };
}

const headOf = (table: string): string => cellsOf(table)[0]?.[0] ?? '';

/** The table of a document that begins like this one. */
export function tableLike(document: string, table: string): string {
  const lines = document.split('\n');
  const { start, end } = placeOf(lines, headOf(table));
  return lines.slice(start, end).join('\n');
}

/** The document with these tables in the place of those that begin like them. */
export function withTables(document: string, tables: readonly string[]): string {
  const lines = document.split('\n');
  for (const table of tables) {
    const { start, end } = placeOf(lines, headOf(table));
    lines.splice(start, end - start, ...table.split('\n'));
  }
  return lines.join('\n');
}
