import { scopeFor, type Log, type LogEntry } from '../../shared/platform/telemetry.ts';

/** Keeps every log line, so that a test can say what was logged and that nothing private was. */
export function capturedLog() {
  const entries: LogEntry[] = [];
  const log: Log = (entry) => {
    entries.push(entry);
  };
  return { log, entries, scope: scopeFor(log, 'test-correlation') };
}
