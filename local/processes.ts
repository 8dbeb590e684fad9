import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PartLog } from './part-log.ts';
import type { FromPart, ToPart } from './part.ts';

/** How a process ended: by exit code or by signal. */
export type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** One life of one part: a `node <file>` process that is up. */
type PartProcess = {
  pid: number;
  settings: Record<string, string>;
  exited: Promise<Exit>;
};

/** What can be done with a part's process from the moment it exists, before it is up as well. */
export type PartChannel = {
  pid: number;
  exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** Tells the part the world's clock; resolves when it has followed, has ended, or has not answered in ten seconds (false). */
  follow(offsetMs: number): Promise<boolean>;
  setTimers(set: Record<string, boolean>): void;
};

export type PartLaunch = {
  name: string;
  /** Absolute path of the part's entry file. */
  file: string;
  options: unknown;
  /** The world's clock, milliseconds ahead of real time; asked when the process exists. */
  offsetMs(): number;
  log: PartLog;
  /** Called as soon as the process exists, so that it can be ended and moved in time while it starts. */
  onSpawn(channel: PartChannel): void;
  /** The part asks to move everybody's clock; it is told when the promise resolves, which must not reject. */
  onAdvance(seconds: number): Promise<void>;
  onTimers(set: Record<string, boolean>): void;
};

const upWithinMs = 60_000;
const followWithinMs = 10_000;
const tailLines = 20;

/**
 * Starts a part as a child process and waits until it is up.
 * Throws, with the end of the part's log, when it says that it failed, ends before it is up, or takes longer than a minute.
 */
export async function startPartProcess(launch: PartLaunch): Promise<PartProcess> {
  const child = launch.log.open((descriptor) =>
    spawn(process.execPath, [launch.file], {
      stdio: ['ignore', descriptor, descriptor, 'ipc'],
      // A process group of its own: Ctrl-C and signals to the world's group reach the world alone, which ends its parts in order.
      detached: true,
      windowsHide: true,
    }),
  );
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
  await once(child, 'spawn');
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${launch.name} has no process id.`);

  const tell = (message: ToPart) => {
    // The channel may close between the question and the send; the part's end is noticed by `exited`.
    if (child.connected) child.send(message, () => undefined);
  };
  const followed = new Map<number, () => void>();
  let nextId = 1;
  const channel: PartChannel = {
    pid,
    exited,
    kill: (signal) => {
      child.kill(signal);
    },
    follow: (offsetMs) => {
      const id = nextId++;
      const answer = new Promise<void>((resolve) => followed.set(id, resolve));
      tell({ type: 'clock', offsetMs, id });
      return within(Promise.race([answer, exited]), followWithinMs);
    },
    setTimers: (set) => {
      tell({ type: 'timers', set });
    },
  };

  const up = new Promise<Record<string, string>>((resolve, reject) => {
    child.on('message', (message: FromPart) => {
      switch (message.type) {
        case 'up':
          resolve(message.settings);
          break;
        case 'failed':
          reject(new Error(message.message));
          break;
        case 'followed':
          followed.get(message.id)?.();
          followed.delete(message.id);
          break;
        case 'advance':
          void launch.onAdvance(message.seconds).finally(() => {
            tell({ type: 'advanced', id: message.id });
          });
          break;
        case 'timers':
          launch.onTimers(message.set);
          break;
      }
    });
    void exited.then((exit) => {
      reject(new Error(`ended before it was up (${describeExit(exit)})`));
    });
    setTimeout(() => {
      reject(new Error(`was not up within ${String(upWithinMs / 1_000)} s`));
    }, upWithinMs).unref();
  });
  tell({ type: 'start', options: launch.options, offsetMs: launch.offsetMs() });
  launch.onSpawn(channel);

  try {
    return { pid, settings: await up, exited };
  } catch (cause) {
    child.kill('SIGKILL');
    await exited;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${launch.name} did not start: ${reason}\n${launch.log.tail(tailLines)}`, { cause });
  }
}

export function describeExit(exit: Exit): string {
  return exit.signal ?? `exit code ${String(exit.code)}`;
}

/** True when the promise settles in time. */
export async function within(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, milliseconds);
  });
  const inTime = promise.then(() => true);
  try {
    return await Promise.race([inTime, late]);
  } finally {
    clearTimeout(timer);
  }
}
