import * as z from 'zod';
import { backoffMs } from '../core/backoff.ts';
import { fromIso, minuteMs, secondMs, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import type { HeldBaton, RelayDeps } from '../customers/relay.ts';
import { isAppError } from '../core/errors.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { errorFields, type Scope } from '../platform/telemetry.ts';
import { caseMailRelay, type CaseMailHead } from './case-mail-relay.ts';
import { dropOldMails, waitingMails } from './case-mail-lists.ts';
import type { CaseMailbox, MailboxTrouble } from './case-mailbox.ts';
import { escalationEvents } from './events.ts';
import { placeMail } from './place-mail.ts';
import type { EscalationDeps } from './ports.ts';
import { readMailbox } from './read-mailbox.ts';

export type SyncCaseMailsDeps = RelayDeps &
  Pick<EscalationDeps, 'random' | 'caseSyncMinutes'> & { cloud: DeskCloud; mailbox: CaseMailbox };

const messageSchema = z.object({ kind: z.literal('case-mail'), connectionId: z.string() });

/**
 * One turn of a case mailbox: keeps what has arrived, brings it onto its cases, tries again what waits for a number. The mails
 * are kept before the watermark moves and placed from their rows, so that a turn may break off anywhere and be taken again.
 */
export function createSyncCaseMails(deps: SyncCaseMailsDeps): QueueHandler {
  const relay = caseMailRelay(deps);
  const table = deps.tables('escalations');
  return async (message, scope) => {
    const { connectionId } = messageSchema.parse(message.body);
    const baton = await relay.take(message);
    if (!baton) return;
    const isRead = deps.cloud.connections.some(
      ({ id, caseMailbox }) => id === connectionId && caseMailbox !== undefined,
    );
    if (!isRead) {
      await relay.stop(baton, baton.head.value);
      return;
    }
    const now = deps.clock.now();
    const reading = await readMailbox({ ...deps, table }, baton.head.value, scope);
    const again = await waitingMails(table, { connectionId, receivedAfter: now - limits.caseMailAgainMs });
    const waiting = new Set([...reading.fresh, ...again.map(({ id }) => id)]);
    let placed = 0;
    for (const id of waiting) if (await isPlaced(deps, id, scope)) placed++;
    await dropOldMails(table, now);
    const isSoon = again.some(({ receivedAt }) => now - fromIso(receivedAt) < soonMs);
    const next = nextTurn(deps, baton, { ...reading, isSoon });
    const isPassed = await relay.pass(baton, next, scope);
    const { fresh, trouble } = reading;
    const told = { connectionId, fresh: fresh.length, placed, waiting: waiting.size - placed };
    scope.log(isPassed ? escalationEvents.mailsRead : escalationEvents.mailRace, {
      ...told,
      ...(trouble && { reason: trouble.reason, status: trouble.status }),
    });
  };
}

/** While a mail may still find its case within the hour, the mailbox is read each minute. */
const soonMs = 60 * minuteMs;

/** A mail that nobody can place waits for a person; only where storage is away the turn ends, and comes again. */
async function isPlaced(deps: SyncCaseMailsDeps, id: string, scope: Scope): Promise<boolean> {
  try {
    return (await placeMail(deps, id, scope)) === 'placed';
  } catch (error) {
    if (isAppError(error, 'unavailable')) throw error;
    scope.log(escalationEvents.mailNotPlaced, { mailId: id, ...errorFields(error) });
    return false;
  }
}

type Outcome = { upTo: string; isUnfinished: boolean; trouble?: MailboxTrouble; isSoon: boolean };

function nextTurn(
  { clock, random, caseSyncMinutes }: SyncCaseMailsDeps,
  { head: { value } }: HeldBaton<CaseMailHead>,
  { upTo, isUnfinished, trouble, isSoon }: Outcome,
): { head: CaseMailHead; dueAt: number } {
  const nowMs = clock.now();
  const { connectionId } = value;
  const head = { connectionId, since: upTo, ...(isUnfinished && { isUnfinished }) };
  if (!trouble) {
    const waitMs = isUnfinished
      ? 0
      : isSoon
        ? Math.min(minuteMs, caseSyncMinutes * minuteMs)
        : caseSyncMinutes * minuteMs;
    return { head: { ...head, lastReadAt: toIso(nowMs), failures: 0 }, dueAt: nowMs + waitMs };
  }
  const { reason, status, retryAfterSeconds = 0 } = trouble;
  const since = value.trouble?.reason === reason ? value.trouble.since : toIso(nowMs);
  const backOff = backoffMs(value.failures, { baseMs: 30 * secondMs, maxMs: 30 * minuteMs }, random);
  return {
    head: {
      ...head,
      ...(value.lastReadAt !== undefined && { lastReadAt: value.lastReadAt }),
      failures: value.failures + 1,
      trouble: { reason, since, ...(status !== undefined && { status }) },
    },
    dueAt: nowMs + Math.max(backOff, retryAfterSeconds * secondMs),
  };
}
