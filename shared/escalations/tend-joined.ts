import { fromIso } from '../core/clock.ts';
import { contended } from '../platform/contended.ts';
import type { Scope } from '../platform/telemetry.ts';
import { isOpen, type EscalationEvent, type EscalationRow } from './escalation.ts';
import { commitChange, eventWake, readEscalation, readEvents, type Held } from './escalation-store.ts';
import { isForSharers, joinWake, left, withNews, withSharers } from './joining.ts';
import { mayBeJoined, unwrittenMs } from './open-cases.ts';
import { goOwnWay } from './own-way.ts';
import type { EscalationDeps } from './ports.ts';

/** `later`: the escalation that it joined is not written yet, and may still be. */
export type Tended = 'done' | 'later';

/**
 * Brings an escalation that shares another's case, and that other one, to where they belong: the case knows of it, it knows the news
 * of the case, it goes its own way where the case is given up, and the case forgets it where it left. Looks at rows alone, so it
 * may come late, twice and from anywhere.
 */
export async function tendJoined(deps: EscalationDeps, id: string, scope: Scope): Promise<Tended> {
  return contended(deps, async () => tendOnce(deps, id, scope));
}

async function tendOnce(deps: EscalationDeps, id: string, scope: Scope): Promise<Tended> {
  const table = deps.tables('escalations');
  const held = await readEscalation(table, id);
  if (held?.row.joinedTo === undefined) return 'done';
  const lead = await readEscalation(table, held.row.joinedTo);
  if (held.row.state !== 'joined') return parted(deps, { held, lead }, scope);
  if (isAwaited(lead, held.row) && deps.clock.now() - sharesSince(held.row) <= unwrittenMs) return 'later';
  if (lead && isWritten(lead.row) && mayShare(lead.row, id)) await share(deps, { held, lead }, scope);
  else await goOwnWay(deps, { held, lead: lead?.row }, scope);
  return 'done';
}

const isWritten = ({ state }: EscalationRow): boolean => state !== 'joined';

/** Not there yet as one that carries a case. */
const isAwaited = (lead: Held | undefined, row: EscalationRow): boolean =>
  lead === undefined || (!isWritten(lead.row) && !hasGivenWay(lead.row, row));

/** It had a case, which this one shared, and shares another's itself since. */
const hasGivenWay = (lead: EscalationRow, row: EscalationRow): boolean =>
  isShared(lead, row.id) && sharesSince(row) <= sharesSince(lead);

const sharesSince = ({ joinedAt, createdAt }: EscalationRow): number => fromIso(joinedAt ?? createdAt);

const isShared = ({ joined = [] }: EscalationRow, id: string): boolean => joined.includes(id);

const mayShare = (lead: EscalationRow, id: string): boolean => isShared(lead, id) || mayBeJoined(lead);

async function share(deps: EscalationDeps, { held, lead }: { held: Held; lead: Held }, scope: Scope): Promise<void> {
  const { id } = held.row;
  const known = isShared(lead.row, id) ? lead : await takeIn(deps, { lead, id }, scope);
  const current = await catchUp(deps, { held, lead: known.row }, scope);
  const isGivenUp = known.row.state === 'cancelled' || known.row.state === 'declined';
  if (isGivenUp) await goOwnWay(deps, { held: current, lead: known.row }, scope);
}

type Parting = { held: Held; lead: Held | undefined };

async function parted(deps: EscalationDeps, { held, lead }: Parting, scope: Scope): Promise<Tended> {
  if (held.row.state === 'cancelled' && lead) await forget(deps, { lead, id: held.row.id }, scope);
  return 'done';
}

type Sharing = { lead: Held; id: string };

async function takeIn(deps: EscalationDeps, { lead, id }: Sharing, scope: Scope): Promise<Held> {
  const nowMs = deps.clock.now();
  const { after, event } = withSharers(lead.row, [...(lead.row.joined ?? []), id], nowMs);
  return commitChange(deps, { held: lead, after, event, wakes: [eventWake(event, nowMs)] }, scope);
}

/** A case that is over keeps the list of those that shared it to its end. */
async function forget(deps: EscalationDeps, { lead, id }: Sharing, scope: Scope): Promise<void> {
  const { joined = [], state } = lead.row;
  if (!isOpen(state) || !joined.includes(id)) return;
  const nowMs = deps.clock.now();
  const staying = joined.filter((one) => one !== id);
  const { after, event } = withSharers(lead.row, staying, nowMs);
  await commitChange(deps, { held: lead, after, event, wakes: [eventWake(event, nowMs)] }, scope);
}

/** An event and a wake each, and the head: within one transaction. */
const newsAtOnce = 40;

async function catchUp(
  deps: EscalationDeps,
  { held, lead }: { held: Held; lead: EscalationRow },
  scope: Scope,
): Promise<Held> {
  const known = held.row.leadVersion ?? 0;
  if (lead.version <= known) return held;
  const news = upToEnd(
    (await readEvents(deps.tables('escalations'), lead.id, { from: known + 1 })).filter(isForSharers),
  );
  let current = held;
  for (let at = 0; at < news.length; at += newsAtOnce) {
    const nowMs = deps.clock.now();
    const { after, events } = withNews(current.row, { news: news.slice(at, at + newsAtOnce), lead, nowMs });
    current = await commitChange(deps, { held: current, after, events }, scope);
  }
  return current;
}

/** The sharing ends with the case: what Microsoft writes after that is told on the case alone. */
function upToEnd(news: readonly EscalationEvent[]): readonly EscalationEvent[] {
  const end = news.findIndex(({ state }) => state === 'closed');
  return end < 0 ? news : news.slice(0, end + 1);
}

type Leaving = { id: string; what: 'left' | 'cancelled'; by?: string; note: string };

/** Ends the sharing of a case from the side of the request, with all its news so far. Idempotent; leaves alone what shares none. */
export async function leaveCase(deps: EscalationDeps, leaving: Leaving, scope: Scope): Promise<void> {
  await tendJoined(deps, leaving.id, scope);
  await contended(deps, async () => {
    const held = await readEscalation(deps.tables('escalations'), leaving.id);
    if (held?.row.state !== 'joined') return;
    const nowMs = deps.clock.now();
    const { after, event } = left(held.row, { ...leaving, nowMs });
    await commitChange(deps, { held, after, event, wakes: [eventWake(event, nowMs), joinWake(after, nowMs)] }, scope);
  });
}
