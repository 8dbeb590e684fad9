import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

export type Journal<Entry> = {
  /** What was accepted before this start, oldest first. */
  entries: Entry[];
  /** Resolves when the entry is on the disk, not before. */
  append(entry: Entry): Promise<void>;
  /** Forgets what was accepted. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

const done = () => Promise.resolve();

/** A journal that forgets with the process. */
export function memoryJournal<Entry>(): Journal<Entry> {
  return { entries: [], append: done, clear: done, close: done };
}

/**
 * Opens a journal of one JSON value per line. A torn last line is what a kill leaves behind: it was never answered, so it
 * is cut off; a damaged line before the end is an error.
 */
export async function openJournal<Entry>(file: string): Promise<Journal<Entry>> {
  await mkdir(dirname(file), { recursive: true });
  const entries = await readEntries<Entry>(file);
  const handle = await open(file, 'a');
  let waiting: { line: string; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let writing: Promise<void> | undefined;

  // Entries that come while the disk is busy share the next flush.
  const flush = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await handle.appendFile(batch.map((item) => item.line).join(''));
        await handle.datasync();
        for (const item of batch) item.resolve();
      } catch (error) {
        for (const item of batch) item.reject(error);
      }
    }
    writing = undefined;
  };

  return {
    entries,
    append: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ line: `${JSON.stringify(entry)}\n`, resolve, reject });
        writing ??= flush();
      }),
    clear: async () => {
      await writing;
      await handle.truncate(0);
      await handle.datasync();
    },
    close: async () => {
      await writing;
      await handle.close();
    },
  };
}

async function readEntries<Entry>(file: string): Promise<Entry[]> {
  // A journal that was never written is an empty one.
  await (await open(file, 'a')).close();
  const bytes = await readFile(file);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) await truncate(file, whole);
  const lines = bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as Entry;
    } catch (cause) {
      throw new Error(`journal ${file} is damaged at line ${String(index + 1)}`, { cause });
    }
  });
}
