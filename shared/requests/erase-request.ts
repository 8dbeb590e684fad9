import { toIso, type Clock } from '../core/clock.ts';
import { contactIdOf, subjectIdOf } from '../core/contact-id.ts';
import type { Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { contactPartition, personSeenOp, type ErasureRun, type PersonRow } from './contact-rows.ts';
import { blankingOps, noteSequencesIn } from './erased-texts.ts';
import type { ErasableEscalation, EscalationTexts, QuarantinedOfContact, ToldNotices } from './erasure-ports.ts';
import { recordOp, type ErasureReason, type RecordItem } from './erasure-record.ts';
import { noticeIdOf } from './projection.ts';
import type { Head } from './request-event.ts';
import { partitionOf } from './request-rows.ts';
import type { RequestStore } from './request-store.ts';

export type EraseRequestDeps = {
  /** Table `requests`. */
  table: Table;
  store: RequestStore;
  clock: Clock;
  escalations: EscalationTexts;
  toldNotices: ToldNotices;
  quarantined: QuarantinedOfContact;
};

type Erasing = { person: PersonRow; run: ErasureRun };

/** Steps of one transaction that blank: the rest of its hundred are for the event. */
const blankedAtOnce = 90;

/**
 * Erases one request of a person: first what had left is written down, then escalations lose what they quote, then its own texts go
 * together with the event that says so. Idempotent at every step: a crash anywhere means that all of it comes again.
 */
export async function eraseRequest(deps: EraseRequestDeps, { person, run }: Erasing, scope: Scope): Promise<void> {
  const { requestId } = person;
  const head = await deps.store.readHead(requestId);
  if (head === undefined) throw new Error(`request ${requestId} of a contact is not there`);
  const seen = [personSeenOp(person, run.runId)];
  const escalations = await deps.escalations.of(requestId, head.escalationIds);
  const kept = run.isForced ? [] : reasonsToKeep(escalations);
  if (kept.length > 0) {
    const item = { ...(await itemOf(deps, { head, escalations, run })), kept };
    await deps.table.transact(contactPartition(run.contactId), [recordOp(run.contactId, item)]);
    await deps.table.transact(partitionOf(requestId), seen);
    return;
  }
  const portalContactId = person.portalContactId ?? (await portalContactOf(deps, head));
  for (const id of [portalContactId, ...subjectsOf(head)]) await eraseQuarantined(deps, id, run);
  if (!(await hasTexts(deps, head))) {
    await deps.table.transact(partitionOf(requestId), seen);
    return;
  }
  const item = await itemOf(deps, { head, escalations, run });
  await deps.table.transact(contactPartition(run.contactId), [recordOp(run.contactId, item)]);
  await deps.escalations.erase(requestId, scope);
  await blank(deps, { person: { ...person, portalContactId }, run }, scope);
}

/** An escalation that nobody has filed needs the texts still: without them nothing can be filed. */
export const reasonsToKeep = (escalations: readonly ErasableEscalation[]): ErasureReason[] =>
  escalations
    .filter(({ needsTexts }) => needsTexts)
    .map(({ escalationId, state }) => ({
      code: 'escalation-not-filed',
      text: `Escalation ${escalationId} is ${state}: what is to be filed with Microsoft would be gone.`,
      remedy: 'File it or close the request first; force=true takes it back.',
      escalationId,
    }));

/** Whether people's words are there. Once erased, the desk's own notes of how a case goes on are none. */
async function hasTexts({ store }: EraseRequestDeps, head: Head): Promise<boolean> {
  const ops = blankingOps(head.id, await store.readContentRows(head.id));
  if (head.erasedAt === undefined || ops.length === 0) return ops.length > 0;
  const notes = noteSequencesIn(ops);
  if (notes.length < ops.length) return true;
  const events = await store.readEvents(head.id);
  return events.some(({ sequence, by }) => notes.includes(sequence) && by.kind !== 'desk');
}

/** The person as the portal of the request knows it: webhooks in quarantine have no customer. */
async function portalContactOf({ store }: EraseRequestDeps, { id, portalId }: Head): Promise<string> {
  const { contact } = await store.readContent(id);
  return contactIdOf(`portal:${portalId}`, contact.email);
}

/** By what a comment or close that nobody could place names the request. */
const subjectsOf = ({ id, portalId, externalRefs }: Head): string[] =>
  [{ requestId: id }, ...externalRefs.map((externalRef) => ({ externalRef }))].map((name) =>
    subjectIdOf(portalId, name),
  );

/** Webhooks that wait in quarantine under this contact: nothing of them has left the desk. */
export async function eraseQuarantined(
  { table, clock, quarantined }: Pick<EraseRequestDeps, 'table' | 'clock' | 'quarantined'>,
  contactId: string,
  run: ErasureRun,
): Promise<void> {
  for (const id of await quarantined.find(contactId)) {
    const item = { what: 'quarantined' as const, id, ...askedIn(run, clock), microsoft: [], notices: [] };
    await table.transact(contactPartition(run.contactId), [recordOp(run.contactId, item)]);
    await quarantined.erase(contactId, id);
  }
}

const askedIn = ({ by, reference }: ErasureRun, clock: Clock) => ({
  at: toIso(clock.now()),
  by,
  ...(reference !== undefined && { reference }),
});

type Found = { head: Head; escalations: readonly ErasableEscalation[]; run: ErasureRun };

async function itemOf(deps: EraseRequestDeps, { head, escalations, run }: Found): Promise<RecordItem> {
  const events = Array.from({ length: head.version }, (_, n) => noticeIdOf(head.id, n + 1));
  const ids = [...events, ...escalations.flatMap(({ noticeIds }) => noticeIds)];
  return {
    what: 'request',
    id: head.id,
    ...askedIn(run, deps.clock),
    portalId: head.portalId,
    microsoft: [...escalations],
    notices: await deps.toldNotices(head.portalId, ids),
  };
}

/** Under the version that was read: who writes a text meanwhile writes it again, after the event, or is found here. */
async function blank({ table, store }: EraseRequestDeps, { person, run }: Erasing, scope: Scope): Promise<void> {
  const { requestId } = person;
  const erased = run.reference === undefined ? {} : { reference: run.reference };
  await store.append(
    {
      requestId,
      decide: async ({ state, erasedAt }) => {
        let ops = blankingOps(requestId, await store.readContentRows(requestId));
        // Another worker with the same message has blanked all of it: it is no second event.
        if (ops.length === 0 && erasedAt !== undefined) return undefined;
        for (; ops.length > blankedAtOnce; ops = ops.slice(blankedAtOnce)) {
          await table.transact(partitionOf(requestId), ops.slice(0, blankedAtOnce));
        }
        return {
          by: run.by,
          event: { kind: 'changed', audience: 'customer', state, changes: {}, before: {}, erased },
          more: [...ops, personSeenOp(person, run.runId)],
        };
      },
    },
    scope,
  );
}
