import { describeExit, startPartProcess, type Exit, type PartChannel, type PartLaunch } from './processes.ts';

/** One part of a running world, over all its lives; its ports stay the same. */
export type PartHandle = {
  /** Undefined while the part is away. */
  readonly pid: number | undefined;
  /** The end of the life that runs now, or of the last one. */
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** Starts the part again unless it runs; resolves when it is up. */
  start(): Promise<void>;
};

export type SupervisedPart = PartHandle & {
  readonly channel: PartChannel | undefined;
  startForSettings(): Promise<Record<string, string>>;
  /** From now on an end is expected and nothing starts again. */
  retire(): void;
};

/** Pause before a part that ended unexpectedly is started again; it doubles up to the longest. */
export type RestartPauses = { firstMs: number; longestMs: number };

type Plan = {
  launch: Omit<PartLaunch, 'onSpawn'>;
  /** Absent: a part that ended stays away until it is started by hand. */
  restart: RestartPauses | undefined;
  /** After each start. */
  onUp: (channel: PartChannel) => void;
  /** Takes one line (or more, with the end of a log) for the person at the terminal. */
  report: (line: string) => void;
};

const lastWordLines = 5;

const deadly = new Set<NodeJS.Signals>(['SIGTERM', 'SIGKILL', 'SIGINT']);

export function createSupervisedPart({ launch, restart, onUp, report }: Plan): SupervisedPart {
  let channel: PartChannel | undefined;
  let exited: Promise<Exit> = Promise.resolve({ code: null, signal: null });
  let settings: Promise<Record<string, string>> | undefined;
  let endIsExpected = false;
  let retired = false;
  let pauseMs = restart?.firstMs ?? 0;
  let timer: NodeJS.Timeout | undefined;

  const live = async () => {
    endIsExpected = false;
    const startedAt = Date.now();
    const process = await startPartProcess({
      ...launch,
      onSpawn: (spawned) => {
        channel = spawned;
        exited = spawned.exited;
        void exited.then(() => {
          channel = undefined;
          settings = undefined;
        });
        if (retired) spawned.kill('SIGKILL');
      },
    });
    void process.exited.then((exit) => {
      if (endIsExpected || retired) return;
      if (restart && Date.now() - startedAt > restart.longestMs) pauseMs = restart.firstMs;
      // A signal came from outside; an exit code has its reason in the log.
      const lastWords = exit.code === null ? '' : `\n${launch.log.tail(lastWordLines)}`;
      report(`${launch.name} ended unexpectedly (${describeExit(exit)})${lastWords}`);
      startLater();
    });
    if (channel) onUp(channel);
    return process.settings;
  };

  const startForSettings = () => {
    if (retired) return Promise.reject(new Error(`${launch.name} is not started again: the world is ending.`));
    clearTimeout(timer);
    settings ??= live().catch((error: unknown) => {
      settings = undefined;
      throw error;
    });
    return settings;
  };

  function startLater() {
    if (!restart || retired) return;
    report(`${launch.name} is started again in ${String(Math.round(pauseMs / 1_000))} s`);
    timer = setTimeout(() => {
      startForSettings().then(
        () => {
          report(`${launch.name} is up again`);
        },
        (error: unknown) => {
          if (retired) return;
          report(error instanceof Error ? error.message : String(error));
          startLater();
        },
      );
    }, pauseMs);
    pauseMs = Math.min(pauseMs * 2, restart.longestMs);
  }

  return {
    get pid() {
      return channel?.pid;
    },
    get exited() {
      return exited;
    },
    get channel() {
      return channel;
    },
    kill: (signal) => {
      if (deadly.has(signal)) endIsExpected = true;
      channel?.kill(signal);
    },
    start: async () => {
      await startForSettings();
    },
    startForSettings,
    retire: () => {
      retired = true;
      clearTimeout(timer);
    },
  };
}
