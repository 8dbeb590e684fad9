import { contended } from '../platform/contended.ts';
import type { Scope } from '../platform/telemetry.ts';
import { letterOf, type Severity } from './case-severity.ts';
import type { EscalatableRequest } from './escalatable.ts';
import { isAtMicrosoft, type EscalationRow } from './escalation.ts';
import { commitChange, escalationsOf, readEscalation, type Held } from './escalation-store.ts';
import type { EscalationDeps } from './ports.ts';
import { newWish, nextWishKey, readWish, wishWake, type Wish } from './wish.ts';

/**
 * Brings the open cases of a request up to it: asks Microsoft for the severity that a person has given it, and to close what every
 * request behind the case has been closed for. Idempotent: it goes by how things stand.
 */
export async function followRequest(deps: EscalationDeps, requestId: string, scope: Scope): Promise<void> {
  const known = await escalationsOf(deps.tables('escalations'), requestId);
  const ids = known.flatMap(({ id, joinedTo }) => (joinedTo === undefined ? [id] : [joinedTo]));
  for (const id of new Set(ids)) await contended(deps, async () => followOne(deps, id, scope));
}

async function followOne(deps: EscalationDeps, id: string, scope: Scope): Promise<void> {
  const held = await readEscalation(deps.tables('escalations'), id);
  if (!held || !isAtMicrosoft(held.row)) return;
  const read = await Promise.all(held.row.requestIds.map(async (one) => deps.requests.readForEscalation(one)));
  const requests = read.filter((request) => request !== undefined);
  if (requests.length < read.length) return;
  if (requests.every(({ state }) => state === 'closed')) return wishClose(deps, held, scope);
  return wishSeverity(deps, { held, severity: highestOf(requests) }, scope);
}

const closing = 'The partner has closed the request behind this case. Please close the case; nothing more is needed.';

/** Once in the life of a case: whoever opens the request again tells Microsoft so. */
async function wishClose(deps: EscalationDeps, held: Held, scope: Scope): Promise<void> {
  if (await readWish(deps.tables('escalations'), held.row.id, 'close')) return;
  await wishFor(deps, { held, after: held.row, wanted: { key: 'close', kind: 'close', text: closing } }, scope);
}

const heights: readonly Severity[] = ['minimal', 'moderate', 'critical'];

const highestOf = (requests: readonly EscalatableRequest[]): Severity =>
  heights.findLast((severity) => requests.some((one) => one.state !== 'closed' && one.severity === severity)) ??
  'minimal';

type Changed = { held: Held; severity: Severity };

async function wishSeverity(deps: EscalationDeps, { held, severity }: Changed, scope: Scope): Promise<void> {
  if (held.row.severity === severity) return;
  const key = await nextWishKey(deps, held.row.id, 'severity');
  const text = `Please change the severity of this case to ${letterOf(severity)} (${severity}): its impact has changed.`;
  const after = { ...held.row, severity };
  await wishFor(deps, { held, after, wanted: { key, kind: 'severity', severity, text } }, scope);
}

type Wanting = { held: Held; after: EscalationRow; wanted: Pick<Wish, 'key' | 'kind' | 'severity'> & { text: string } };

async function wishFor(deps: EscalationDeps, { held, after, wanted }: Wanting, scope: Scope): Promise<void> {
  const nowMs = deps.clock.now();
  const { wish, ops } = newWish(after, wanted, nowMs);
  await commitChange(deps, { held, after, wakes: [wishWake(wish, nowMs)], more: ops }, scope);
}
