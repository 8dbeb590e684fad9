import { backoffMs } from '../core/backoff.ts';
import { dayMs, fromIso, hourMs, minuteMs, secondMs, toIso, type Clock } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import type { Scope } from '../platform/telemetry.ts';
import { SourceFailure } from './customers-source.ts';
import { customerEvents } from './events.ts';
import type { HookRegistration, HookRows } from './hook-registration-row.ts';
import { isKnownEvent, isWantedEvent } from './partner-center-event.ts';

/** What Partner Center sends where. */
export type Registration = { url: string; events: string[]; isOwnHeader: boolean };

/** How a validation event fared: `responseCode` is what Partner Center made of the desk's last answer. */
export type Validation = { status: string; responseCode?: string | undefined };

/** A partner's one registration. Every call is one exchange; all throw {@link SourceFailure}. */
export type HookRegistrations = {
  /** Names of all events that there are. */
  events(connectionId: string): Promise<string[]>;
  read(connectionId: string): Promise<Registration | undefined>;
  write(connectionId: string, registration: Registration, isNew: boolean): Promise<void>;
  /** Has Partner Center send a validation event; its correlation id. */
  validate(connectionId: string): Promise<string>;
  validation(connectionId: string, correlationId: string): Promise<Validation>;
};

type KeepDeps = {
  source: HookRegistrations;
  rows: HookRows;
  clock: Pick<Clock, 'now'>;
  random: Random;
  connections: readonly { id: string }[];
  /** The desk's own address; without one nothing is registered. */
  publicUrl: string | undefined;
};

export type KeepHookRegistrations = (scope: Scope) => Promise<void>;

/** Partner Center sends a validation event at most twice a minute; how long its outcome is waited for is our choice. */
const answerMs = 15 * minuteMs;

/**
 * Keeps the registration of every connection as the desk wants it, one step of one connection per call: once a day compare and
 * mend, then have a validation event sent and see what became of it. What is due stands in the connection's row.
 */
export function createKeepHookRegistrations(deps: KeepDeps): KeepHookRegistrations {
  let isTold = false;
  return async (scope) => {
    if (deps.publicUrl === undefined) {
      if (!isTold) scope.log(customerEvents.webhooksOff);
      isTold = true;
      return;
    }
    const url = `${deps.publicUrl}/api/hooks/partner-center`;
    for (const { id } of deps.connections) {
      const claimed = await deps.rows.claim(id, url);
      if (!claimed) continue;
      // One a minute: its calls may take a minute where Partner Center is slow.
      await claimed.finish(await stepped(deps, claimed.row, scope));
      return;
    }
  };
}

async function stepped(deps: KeepDeps, row: HookRegistration, scope: Scope): Promise<HookRegistration> {
  const { connectionId } = row;
  try {
    const next = await steps[row.step](deps, row, scope);
    return { ...next, failures: 0, trouble: undefined };
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    const { reason, status } = error;
    const now = deps.clock.now();
    scope.log(customerEvents.webhooksDelayed, { connectionId, step: row.step, reason, status });
    const least = reason === 'refused' ? 6 * hourMs : 0;
    const backOff = backoffMs(row.failures, { baseMs: 30 * secondMs, maxMs: hourMs }, deps.random);
    const since = row.trouble?.reason === reason ? row.trouble.since : toIso(now);
    return {
      ...row,
      dueAt: toIso(now + Math.max(least, backOff, (error.retryAfterSeconds ?? 0) * secondMs)),
      failures: row.failures + 1,
      trouble: { reason, since, ...(status !== undefined && { status }) },
    };
  }
}

type Step = (deps: KeepDeps, row: HookRegistration, scope: Scope) => Promise<HookRegistration>;

const register: Step = async ({ source, clock }, row, scope) => {
  const { connectionId, url } = row;
  const offered = await source.events(connectionId);
  const unknown = offered.filter((name) => !isKnownEvent(name));
  if (unknown.length > 0) scope.log(customerEvents.webhooksNewEvents, { connectionId, events: unknown });
  const wanted = { url, events: offered.filter(isWantedEvent).sort(), isOwnHeader: true };
  const present = await source.read(connectionId);
  const isSame = present !== undefined && isSameRegistration(present, wanted);
  if (!isSame) {
    await written(source, { connectionId, wanted, isNew: present === undefined });
    scope.log(customerEvents.webhooksRegistered, { connectionId, events: wanted.events });
  }
  const now = clock.now();
  const checked = { ...row, events: wanted.events, checkedAt: toIso(now) };
  if (isSame && row.validation?.isAnswered) return { ...checked, dueAt: toIso(now + dayMs) };
  return { ...checked, step: 'ask', dueAt: toIso(now), validation: undefined };
};

type Writing = { connectionId: string; wanted: Registration; isNew: boolean };

/** Another writer may have been quicker, or have taken it away: then it is the other kind of call. */
async function written(source: HookRegistrations, { connectionId, wanted, isNew }: Writing): Promise<void> {
  try {
    await source.write(connectionId, wanted, isNew);
  } catch (error) {
    const isOther = error instanceof SourceFailure && error.status === (isNew ? 409 : 404);
    if (!isOther) throw error;
    await source.write(connectionId, wanted, !isNew);
  }
}

const isSameRegistration = (present: Registration, { url, events, isOwnHeader }: Registration): boolean =>
  present.url === url &&
  present.isOwnHeader === isOwnHeader &&
  [...present.events].sort().join() === [...events].sort().join();

const ask: Step = async ({ source, clock }, row) => {
  const id = await source.validate(row.connectionId);
  const now = clock.now();
  const validation = { id, askedAt: toIso(now), status: 'asked', isAnswered: false };
  return { ...row, step: 'see', dueAt: toIso(now + minuteMs / 2), validation };
};

const see: Step = async ({ source, clock }, row, scope) => {
  const { connectionId, validation: asked } = row;
  const now = clock.now();
  const next: HookRegistration = { ...row, step: 'register', dueAt: toIso(now + dayMs) };
  if (!asked) return { ...next, dueAt: toIso(now) };
  const { status, responseCode } = await outcome(source, connectionId, asked.id);
  const isAnswered = responseCode?.toLowerCase() === 'ok' || responseCode === '200';
  const validation = { ...asked, status, responseCode, isAnswered };
  const isWaiting = !isAnswered && now - fromIso(asked.askedAt) < answerMs;
  if (isWaiting) return { ...row, validation, dueAt: toIso(now + minuteMs) };
  const event = isAnswered ? customerEvents.webhooksValidated : customerEvents.webhooksUnanswered;
  scope.log(event, { connectionId, status, responseCode });
  return { ...next, validation };
};

/** One that Partner Center does not know, or not yet, is waited for like one that has no answer. */
async function outcome(source: HookRegistrations, connectionId: string, id: string): Promise<Validation> {
  try {
    return await source.validation(connectionId, id);
  } catch (error) {
    if (error instanceof SourceFailure && error.status === 404) return { status: 'not-found' };
    throw error;
  }
}

const steps: Record<HookRegistration['step'], Step> = { register, ask, see };
