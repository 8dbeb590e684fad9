/** What something asks of the platform, as the ports counted it. Storage: one call is one transaction, however many rows it holds. */
export type Work = {
  /** Runs of a function: a call, a message, a tick. */
  runs: number;
  /** Calls of Table storage. */
  tables: number;
  /** Messages sent to Service Bus. */
  sends: number;
  /** Messages received, which are settled afterwards. */
  received: number;
  /** Calls to Microsoft and to portals. */
  calls: number;
  /** Calls of Key Vault. */
  secrets: number;
  /** Lines that the desk logs itself, and their bytes. */
  lines: number;
  lineBytes: number;
  /** Bytes of rows that stay. */
  stored: number;
};

export const noWork: Work = {
  ...{ runs: 0, tables: 0, sends: 0, received: 0, calls: 0, secrets: 0, lines: 0, lineBytes: 0, stored: 0 },
};

const names = Object.keys(noWork) as (keyof Work)[];
const each = (of: (name: keyof Work) => number): Work =>
  Object.fromEntries(names.map((name) => [name, of(name)])) as Work;

export const times = (work: Work, factor: number): Work => each((name) => work[name] * factor);
export const plus = (...works: readonly Work[]): Work =>
  each((name) => works.reduce((sum, work) => sum + work[name], 0));
export const less = (after: Work, before: Work): Work => each((name) => after[name] - before[name]);

/** What one thing costs that grows with the shards of customers in a straight line: `first` for one, `further` for each one more. */
export type Line = { first: Work; further: Work };

export const lineOf = (one: Work, two: Work): Line => ({ first: one, further: less(two, one) });
export const at = ({ first, further }: Line, shards: number): Work => plus(first, times(further, shards - 1));
