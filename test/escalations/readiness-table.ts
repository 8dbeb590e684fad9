import { readFileSync } from 'node:fs';

/** A row: what is given, and what the gate must say. `bars`: reasons that stand in the way; `notes`: those that only explain. */
export type Row = { given: string; decision: string; bars: string[]; notes: string[]; goes: string };

const list = (cell: string): string[] => (cell === '-' ? [] : cell.split(' '));

function parseRow(line: string): Row {
  const [given = '', decision = '', bars = '', notes = '', goes = ''] = line.split('\t');
  return { given: given === '(nothing)' ? '' : given, decision, bars: list(bars), notes: list(notes), goes };
}

/** The truth table of the gate, as it stands in a file that a person can read. */
export const readinessTable: readonly Row[] = readFileSync(new URL('readiness-table.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .filter((line) => !line.startsWith('#'))
  .map(parseRow);
