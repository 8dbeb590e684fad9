import type { LogLevel } from './core-types.ts';

export type UserLine = { level: LogLevel; functionName: string; invocationId: string; message: string };

export type HostLog = {
  /** A line that a function logged. */
  user(line: UserLine): void;
  /** The host's own trouble: always shown. */
  warn(message: string): void;
};

type Out = { write(text: string): unknown };

const troubled: readonly LogLevel[] = ['warning', 'error', 'critical'];

/** Functions' lines go to stdout when `verbose`, else only those that tell of trouble; the host's warnings always go to stderr. */
export function createHostLog(
  verbose: boolean,
  { out = process.stdout, err = process.stderr }: { out?: Out; err?: Out } = {},
): HostLog {
  return {
    user: ({ level, functionName, invocationId, message }) => {
      if (verbose || troubled.includes(level)) out.write(`[${level}] ${functionName} ${invocationId}: ${message}\n`);
    },
    warn: (message) => {
      err.write(`[host] ${message}\n`);
    },
  };
}

/** The whole error, for the log: its stack and what caused it. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? error.message;
  if (error instanceof AggregateError) return [text, ...error.errors.map((inner) => errorText(inner))].join('\n');
  return error.cause === undefined ? text : `${text}\ncaused by: ${errorText(error.cause)}`;
}
