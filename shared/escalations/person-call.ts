import type { Caller } from '../core/caller.ts';
import { fromIso } from '../core/clock.ts';
import { notFound, type AppError } from '../core/errors.ts';
import { contended } from '../platform/contended.ts';
import type { Wake } from '../platform/outbox.ts';
import type { Answer } from '../platform/route.ts';
import type { Row, TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { EscalationRow, Override } from './escalation.ts';
import { toAnswer } from './escalation-answer.ts';
import type { Moved } from './escalation-rules.ts';
import {
  claimOp,
  commitChange,
  contentIn,
  eventWake,
  partitionOfEscalation,
  readContentRows,
  readEscalation,
  stepWake,
  type Content,
  type Held,
} from './escalation-store.ts';
import type { EscalationDeps } from './ports.ts';
import { answerOps, keyedCall, replayed, type KeyedCall } from './replay.ts';

export type PersonCall<Body> = {
  escalationId: string;
  body: Body;
  caller: Extract<Caller, { kind: 'person' }>;
  headers: Headers;
  scope: Scope;
};

/**
 * What a call makes of an escalation: an event, a change nobody is told of, or nothing because it is so already. `refusal`: the
 * change is made, and the call refused all the same.
 */
export type Outcome = {
  claimant?: { id: string; by: string };
  /** Texts that wait for a person from now on, by their keys. */
  carry?: Content['carry'];
  more?: readonly TableOp[];
  wakes?: readonly Wake[];
  refusal?: AppError;
} & (Moved | { after: EscalationRow } | { same: EscalationRow });

export type Asked<Body> = {
  body: Body;
  caller: PersonCall<Body>['caller'];
  nowMs: number;
  override: Override | undefined;
};

export type Rule<Body> = (
  row: EscalationRow,
  claimants: Content['claimants'],
  asked: Asked<Body>,
) => Outcome | Promise<Outcome>;

type Found = { held: Held; rows: Row[]; keyed: KeyedCall | undefined };

/**
 * A call of a person about one escalation, whose first answer is given again for the same `Idempotency-Key`. Lost races are run
 * again; what keeps the answer (`answerOps`) is the business of whoever makes it.
 */
export function keyedOnce<Body>(
  deps: EscalationDeps,
  name: string,
  act: (call: PersonCall<Body>, found: Found) => Promise<Answer>,
) {
  return async (call: PersonCall<Body>): Promise<Answer> => {
    const { headers, caller, body, escalationId } = call;
    const keyed = keyedCall({ headers, caller, route: `${name}|${escalationId}`, about: escalationId, body });
    return contended(deps, async () => {
      const table = deps.tables('escalations');
      const held = await readEscalation(table, escalationId);
      if (!held) throw notFound();
      const rows = await readContentRows(table, escalationId);
      const earlier = keyed && (await replayed({ table, pk: partitionOfEscalation(escalationId), rows }, keyed));
      return earlier ?? act(call, { held, rows, keyed });
    });
  };
}

/** Keeps an answer beside nothing: its effect was had before, or elsewhere. */
export async function keepAnswer(deps: EscalationDeps, escalationId: string, ops: TableOp[]): Promise<void> {
  if (ops.length > 0) await deps.tables('escalations').transact(partitionOfEscalation(escalationId), ops);
}

/** A call of a person that changes one escalation by a rule, once per `Idempotency-Key`. */
export const personCall = <Body>(deps: EscalationDeps, name: string, rule: Rule<Body>) =>
  keyedOnce<Body>(deps, name, async ({ escalationId, caller, body, scope }, { held, rows, keyed }) => {
    const content = contentIn(rows, escalationId);
    const nowMs = deps.clock.now();
    const outcome = await rule(held.row, content.claimants, { body, caller, nowMs, override: content.override });
    const after = 'same' in outcome ? outcome.same : outcome.after;
    const answer = { status: 200, body: toAnswer(after, shownWith(content, outcome), { caller, nowMs }) };
    const kept = outcome.refusal ? [] : answerOps(keyed, answer, after.claimedBy);
    if ('same' in outcome) await keepAnswer(deps, escalationId, kept);
    else await commit(deps, { held, outcome, kept, nowMs }, scope);
    if (outcome.refusal) throw outcome.refusal;
    return answer;
  });

/** The texts as they are once the outcome is written. */
const shownWith = (content: Content, { claimant, carry }: Outcome): Content => ({
  ...content,
  ...(claimant && { claimants: { ...content.claimants, [claimant.id]: claimant.by } }),
  ...(carry && { carry: { ...content.carry, ...carry } }),
});

type Commit = { held: Held; outcome: Exclude<Outcome, { same: EscalationRow }>; kept: TableOp[]; nowMs: number };

async function commit(deps: EscalationDeps, { held, outcome, kept, nowMs }: Commit, scope: Scope): Promise<void> {
  const { after, claimant, more = [], wakes = [] } = outcome;
  const event = 'event' in outcome ? outcome.event : undefined;
  // A change within a turn leaves the wake of that turn as it is owed.
  const steps = after.turn === held.row.turn ? [] : nextSteps(after, nowMs);
  await commitChange(
    deps,
    {
      held,
      after,
      ...(event && { event }),
      wakes: [...(event ? [eventWake(event, nowMs)] : []), ...steps, ...wakes],
      more: [...(claimant ? [claimOp(after.id, claimant)] : []), ...more, ...kept],
    },
    scope,
  );
}

/** What the desk itself does next: files, follows, asks whoever claimed it, or asks for an acceptance. */
export function nextSteps(row: EscalationRow, nowMs: number): Wake[] {
  if (row.state === 'filed' || row.state === 'intended') return [stepWake(row, nowMs)];
  const waitsUntil = row.state === 'claimed' ? row.claimedUntil : row.state === 'handed-off' ? row.acceptBy : undefined;
  return waitsUntil === undefined ? [] : [stepWake(row, fromIso(waitsUntil))];
}
