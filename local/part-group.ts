import { join } from 'node:path';
import * as z from 'zod';
import { readJson, writeJson } from './json-file.ts';
import { createPartLog } from './part-log.ts';
import { within } from './processes.ts';
import { createSupervisedPart, type PartHandle, type RestartPauses, type SupervisedPart } from './supervised-part.ts';

/** The processes of one world: they share a clock and end together. */
export type PartGroup = {
  /** Starts a part for the first time; resolves with its settings when it is up. */
  start(part: { name: string; file: string; options: unknown }): Promise<Record<string, string>>;
  part(name: string): PartHandle;
  /** Moves the clock of every live part forward; resolves when all have followed. One advance at a time. */
  advance(seconds: number): Promise<void>;
  /** Switches the host's timers by name; a host that starts again is told when it is up. */
  setTimers(set: Record<string, boolean>): void;
  /** Ends every part within five seconds. */
  stop(): Promise<void>;
};

type Options = {
  /** Holds `clock.json` and `log/`. */
  folder: string;
  /** Names in the order in which clocks move; who is not named does not move. */
  clockOrder: string[];
  /** Names in the order in which parts end: one step after the other, each with the time that it gets. */
  stopOrder: { names: string[]; withinMs: number }[];
  restart?: RestartPauses | undefined;
  /** Takes what the person at the terminal must know; standard error unless given. */
  report?: ((line: string) => void) | undefined;
};

const clockFile = z.object({ offsetMs: z.number().nonnegative() });

export async function createPartGroup(options: Options): Promise<PartGroup> {
  const { folder, clockOrder, stopOrder, restart } = options;
  const report = options.report ?? ((line: string) => process.stderr.write(`${line}\n`));
  const clockPath = join(folder, 'clock.json');
  // Data of an earlier world carry its times: a new world on the same folder must not go back before them.
  let offsetMs = clockFile.safeParse(await readJson(clockPath)).data?.offsetMs ?? 0;
  const parts = new Map<string, SupervisedPart>();
  let timers: Record<string, boolean> = {};
  let lastAdvance: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | undefined;

  const moveTo = async (newOffsetMs: number) => {
    offsetMs = newOffsetMs;
    await writeJson(clockPath, { offsetMs });
    for (const name of clockOrder) {
      const channel = parts.get(name)?.channel;
      if (channel && !(await channel.follow(offsetMs))) report(`${name} did not follow the clock`);
    }
  };

  const advance = async (seconds: number) => {
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new RangeError(`The clock moves forward, by a number of seconds: ${String(seconds)} is none.`);
    }
    const moved = lastAdvance.then(() => moveTo(offsetMs + seconds * 1_000));
    lastAdvance = moved.catch(() => undefined);
    await moved;
  };

  const setTimers = (set: Record<string, boolean>) => {
    timers = { ...timers, ...set };
    for (const part of parts.values()) part.channel?.setTimers(set);
  };

  const end = async (part: SupervisedPart, name: string, withinMs: number) => {
    if (part.channel === undefined) return;
    part.channel.kill('SIGTERM');
    if (await within(part.exited, withinMs)) return;
    report(`${name} did not end within ${String(withinMs / 1_000)} s and is killed`);
    part.channel.kill('SIGKILL');
    await part.exited;
  };

  const stopAll = async () => {
    for (const part of parts.values()) part.retire();
    for (const { names, withinMs } of stopOrder) {
      await Promise.all(
        names.map(async (name) => {
          const part = parts.get(name);
          if (part) await end(part, name, withinMs);
        }),
      );
    }
  };

  return {
    start: ({ name, file, options: partOptions }) => {
      if (stopped) return Promise.reject(new Error('The world is ending.'));
      const part = createSupervisedPart({
        launch: {
          name,
          file,
          options: partOptions,
          offsetMs: () => offsetMs,
          log: createPartLog(join(folder, 'log'), name),
          onAdvance: (seconds) =>
            advance(seconds).catch((error: unknown) => {
              report(`${name} could not move the clock: ${String(error)}`);
            }),
          onTimers: setTimers,
        },
        restart,
        onUp: (channel) => {
          channel.setTimers(timers);
        },
        report,
      });
      parts.set(name, part);
      return part.startForSettings();
    },
    part: (name) => {
      const part = parts.get(name);
      if (!part) throw new Error(`This world has no part "${name}"; it has ${[...parts.keys()].join(', ')}.`);
      return part;
    },
    advance,
    setTimers,
    stop: () => (stopped ??= stopAll()),
  };
}
