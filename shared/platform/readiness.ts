import type { Clock } from '../core/clock.ts';

/** One part that the desk needs. `check` throws when the part is away; its message is for people with `Desk.Read` only. */
export type Part = { name: string; check(): Promise<Record<string, unknown>> };

export type PartState = { name: string; ready: boolean; detail?: Record<string, unknown>; error?: string };

export type Readiness = { ready: boolean; parts: PartState[] };

const partDeadlineMs = 2_500;
const freshMs = 3_000;

/**
 * Asks every part at once, bounded, and remembers the answer for three seconds: readiness is public, so asking for it often must
 * not cost the parts anything.
 */
export function createReadiness(parts: readonly Part[], clock: Clock): () => Promise<Readiness> {
  let last: { at: number; state: Promise<Readiness> } | undefined;
  return async () => {
    if (last && clock.now() - last.at < freshMs) return last.state;
    last = { at: clock.now(), state: askAll(parts, clock) };
    return last.state;
  };
}

async function askAll(parts: readonly Part[], clock: Clock): Promise<Readiness> {
  const states = await Promise.all(parts.map(async (part) => ask(part, clock)));
  return { ready: states.every((state) => state.ready), parts: states };
}

async function ask(part: Part, clock: Clock): Promise<PartState> {
  const answered = new AbortController();
  const late = clock.sleep(partDeadlineMs, answered.signal).then(() => {
    throw new Error(`no answer within ${String(partDeadlineMs)} ms`);
  });
  try {
    const detail = await Promise.race([part.check(), late]);
    return { name: part.name, ready: true, detail };
  } catch (error) {
    return { name: part.name, ready: false, error: error instanceof Error ? error.message : String(error) };
  } finally {
    late.catch(() => undefined);
    answered.abort();
  }
}
