import { mkdir, open, readFile, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Lines of JSON that are on the disk before `append` resolves. */
export type Journal<Entry> = {
  /** What the file held when it was opened. */
  entries: Entry[];
  append(entry: Entry): Promise<void>;
  clear(): Promise<void>;
  close(): Promise<void>;
};

/** Opens a journal and reads it; a last line that a kill cut short is dropped. */
export async function openJournal<Entry>(path: string, parse: (value: unknown) => Entry): Promise<Journal<Entry>> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a');
  const bytes = await readFile(path);
  const wholeBytes = bytes.lastIndexOf('\n') + 1;
  if (wholeBytes < bytes.length) await truncate(path, wholeBytes);
  const lines = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  const inTurn = createTurns();
  return {
    entries: lines.map((line) => parse(JSON.parse(line))),
    append: (entry) => inTurn(() => write(file, `${JSON.stringify(entry)}\n`)),
    clear: () => inTurn(() => empty(file)),
    close: () => inTurn(() => file.close()),
  };
}

async function write(file: FileHandle, line: string): Promise<void> {
  await file.appendFile(line);
  await file.sync();
}

async function empty(file: FileHandle): Promise<void> {
  await file.truncate(0);
  await file.sync();
}

/** Runs one task at a time, in the order in which they came. */
function createTurns(): (task: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (task) => {
    const turn = last.then(task);
    last = turn.catch(() => undefined);
    return turn;
  };
}
