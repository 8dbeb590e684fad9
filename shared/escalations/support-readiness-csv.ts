import type { SupportReadiness } from './support-readiness-answer.ts';

type Cell = string | boolean | undefined;

/** Name and value of each column, in order. */
const columns: readonly [name: string, value: (item: SupportReadiness) => Cell][] = [
  ['customerId', (item) => item.customerId],
  ['name', (item) => item.name],
  ['product', (item) => item.product],
  ['canRead', ({ canRead }) => canRead.ok],
  ['readWay', ({ canRead }) => canRead.way],
  ['readAsOf', ({ canRead }) => canRead.asOf],
  ['readUntil', ({ canRead }) => canRead.until],
  ['readTrouble', ({ canRead }) => canRead.trouble?.code],
  ['readTroubleSince', ({ canRead }) => canRead.trouble?.since],
  ['readRemedy', ({ canRead }) => canRead.trouble?.remedy],
  ['readLink', ({ canRead }) => canRead.trouble?.link],
  ['canFile', ({ canFile }) => canFile.ok],
  ['channel', ({ canFile }) => canFile.channel],
  ['vehicle', ({ canFile }) => canFile.vehicle],
  ['party', ({ canFile }) => canFile.party],
  ['relationship', ({ canFile }) => canFile.relationship],
  ['role', ({ canFile }) => canFile.role],
  ['fileUntil', ({ canFile }) => canFile.until],
  ['fileReasons', ({ canFile }) => canFile.reasons.map(({ code }) => code).join(' ')],
  ['fileTexts', ({ canFile }) => canFile.reasons.map(({ text }) => text).join(' ')],
  ['fileRemedies', ({ canFile }) => canFile.reasons.flatMap(({ remedy }) => remedy ?? []).join(' ')],
  ['fileLinks', ({ canFile }) => canFile.reasons.flatMap(({ link }) => link ?? []).join(' ')],
];

/** What a spreadsheet would run as a formula; a customer chooses its own name. Source: OWASP, "CSV Injection". */
const formula = /^[=+\-@\t\r]/;

function cellText(value: Cell): string {
  const text = value === undefined ? '' : String(value);
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const line = (cells: readonly Cell[]): string => `${cells.map(cellText).join(',')}\r\n`;

/** The page as RFC 4180 says, with a header row. */
export const supportReadinessCsv = (items: readonly SupportReadiness[]): string =>
  line(columns.map(([name]) => name)) + items.map((item) => line(columns.map(([, value]) => value(item)))).join('');
