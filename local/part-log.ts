import { closeSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** One part's output, in a file of its own: `<folder>/<name>.log`. */
export type PartLog = {
  /** Hands a descriptor for one life of the part to `use` and closes it afterwards. */
  open<T>(use: (descriptor: number) => T): T;
  /** The last lines of this part's output, for an error message. */
  tail(lines: number): string;
};

/** Begins a fresh log; the one of the world before is kept as `<name>.log.1`. */
export function createPartLog(folder: string, name: string): PartLog {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.log`);
  try {
    renameSync(path, `${path}.1`);
  } catch {
    // There was none.
  }
  return {
    // The part writes into the file itself: a pipe would break, and take the last words with it, when the world is killed.
    open: (use) => {
      const descriptor = openSync(path, 'a');
      try {
        return use(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
    tail: (lines) => {
      const text = readFileSync(path, 'utf8').trimEnd();
      return text === '' ? '(it wrote nothing)' : text.split('\n').slice(-lines).join('\n');
    },
  };
}
