import { createWorldClock, type WorldClock } from './world-clock.ts';

/** What every part of the local world gives back once it is up: settings for the others, and a way to end it. */
export type Part = { settings: Record<string, string>; stop(): Promise<void> };

/** What a part may ask of the world it lives in. */
export type World = {
  clock: WorldClock;
  /** Moves the clock of every part forward and resolves when all have followed. */
  advance(seconds: number): Promise<void>;
  /** Switches timer functions of the host on or off by name. */
  timers(set: Record<string, boolean>): void;
};

export type StartPart<Options> = (options: Options, world: World) => Promise<Part>;

/** Parent → child: start; the world's clock jumped; the advance that you asked for is done everywhere; timers to switch (host). */
export type ToPart =
  | { type: 'start'; options: unknown; offsetMs: number }
  | { type: 'clock'; offsetMs: number; id: number }
  | { type: 'advanced'; id: number }
  | { type: 'timers'; set: Record<string, boolean> };

/** Child → parent: I am up; I could not start; I followed the clock; please move everybody's clock; please switch timers. */
export type FromPart =
  | { type: 'up'; settings: Record<string, string> }
  | { type: 'failed'; message: string }
  | { type: 'followed'; id: number }
  | { type: 'advance'; seconds: number; id: number }
  | { type: 'timers'; set: Record<string, boolean> };

/**
 * Runs one part as a child process: waits for its options over IPC, starts it, follows the world's clock, and ends when the
 * parent ends (the IPC channel closes) or asks for it by signal.
 */
export function runPart<Options>(start: StartPart<Options>): void {
  const clock = createWorldClock();
  const advances = new Map<number, () => void>();
  let nextId = 1;
  let part: Part | undefined;
  let ending = false;
  const tell = (message: FromPart) => {
    if (process.connected) process.send?.(message);
  };
  const advance = (seconds: number) =>
    new Promise<void>((resolve) => {
      const id = nextId++;
      advances.set(id, resolve);
      tell({ type: 'advance', seconds, id });
    });
  const timers = (set: Record<string, boolean>) => {
    tell({ type: 'timers', set });
  };
  const end = async () => {
    if (ending) return;
    ending = true;
    // A part that cannot stop in time must not hold the terminal: the world promises to end within five seconds.
    setTimeout(() => process.exit(1), 3_000).unref();
    await part?.stop();
    process.exit(0);
  };

  process.on('message', (message: ToPart) => {
    switch (message.type) {
      case 'start':
        void clock
          .setOffset(message.offsetMs)
          .then(() => start(message.options as Options, { clock, advance, timers }))
          .then((started) => {
            part = started;
            tell({ type: 'up', settings: started.settings });
          })
          .catch((error: unknown) => {
            tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
          });
        break;
      case 'clock':
        void clock
          .setOffset(message.offsetMs)
          .catch((error: unknown) => {
            console.error('could not follow the clock', error);
          })
          .finally(() => {
            tell({ type: 'followed', id: message.id });
          });
        break;
      case 'advanced':
        advances.get(message.id)?.();
        advances.delete(message.id);
        break;
      case 'timers':
        // Only the host has timers, and it listens for this message itself.
        break;
    }
  });
  process.on('disconnect', () => void end());
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => void end());
}
