import { backoffMs } from '../core/backoff.ts';
import { fromIso, hourMs, minuteMs, secondMs, toIso, type Clock } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { PartnerConnection } from './cloud.ts';
import type { SourceFailure } from './customers-source.ts';
import { turnKinds, type Directory, type Turn, type TurnKind } from './directory.ts';
import type { Hint } from './hint.ts';
import type { Leg } from './relay.ts';

export type Turns = Record<TurnKind, Turn>;

/** What a directory is due for. Whoever never read audit records or resellers begins with them; an old head knows only its list. */
export function turnsOf({ turns, dueAt, failures }: Directory & Leg, now: number): Turns {
  const fresh = (at: number): Turn => ({ dueAt: toIso(at), failures: 0 });
  return {
    hints: turns?.hints ?? fresh(0),
    resellers: turns?.resellers ?? fresh(0),
    served: turns?.served ?? fresh(0),
    list: turns?.list ?? { dueAt, failures },
    changes: turns?.changes ?? fresh(now + limits.auditMinutes * minuteMs),
  };
}

/** `hinted`: what there are hints about. */
type Pending = { turns: Turns; hinted: ReadonlySet<Hint['what']>; role: PartnerConnection['role'] };

const isOpen: Record<TurnKind, (pending: Omit<Pending, 'turns'>) => boolean> = {
  hints: ({ hinted }) => hinted.has('customer'),
  resellers: ({ role }) => role === 'provider',
  served: ({ hinted, role }) => hinted.has('reseller') && role === 'provider',
  list: () => true,
  changes: () => true,
};

/**
 * The turn that comes next, and when: of those that are due, hints first, the audit records last, and behind
 * those what failed before. Only one turn runs at a time, so
 * that all share one pace, and none can hold up another for longer than it runs.
 */
export function nextTurn({ turns, hinted, role }: Pending, now: number): { kind: TurnKind; dueAt: number } {
  const open = turnKinds
    .filter((kind) => isOpen[kind]({ hinted, role }))
    .map((kind) => ({ kind, dueAt: fromIso(turns[kind].dueAt) }));
  const due = open.filter(({ dueAt }) => dueAt <= now);
  const next = due.find(({ kind }) => turns[kind].failures === 0) ?? due[0];
  if (next) return next;
  return open.reduce((first, one) => (one.dueAt < first.dueAt ? one : first), { kind: 'list', dueAt: Infinity });
}

const refusedMs = 6 * hourMs;

type FailureDeps = { clock: Pick<Clock, 'now'>; random: Random };

/**
 * The turn after a failure: again later, by itself. A side turn that is refused waits long, since a person must act; the list is
 * what everything hangs on, and is asked for at least every half hour.
 */
export function failedTurn({ clock, random }: FailureDeps, kind: TurnKind, { turn, failure }: Failed): Turn {
  const { reason, retryAfterSeconds } = failure;
  const now = clock.now();
  const backOff = backoffMs(turn.failures, { baseMs: 30 * secondMs, maxMs: 30 * minuteMs }, random);
  const least = kind !== 'list' && reason === 'refused' ? refusedMs : backOff;
  return {
    dueAt: toIso(now + Math.max(least, (retryAfterSeconds ?? 0) * secondMs)),
    failures: turn.failures + 1,
    trouble: { code: reason, since: turn.trouble?.code === reason ? turn.trouble.since : toIso(now) },
  };
}

type Failed = { turn: Turn; failure: SourceFailure };
