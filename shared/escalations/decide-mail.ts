import { AppError, notFound } from '../core/errors.ts';
import type { Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { mailAnswer, type CaseMail } from './case-mail-answer.ts';
import { isWaiting, readMailRow, settleMail, type HeldMail, type MailRow } from './case-mail-store.ts';
import { parseEscalationId, readEscalation } from './escalation-store.ts';
import { placeMailAt, type PlaceMailDeps } from './place-mail.ts';

type Decision = { id: string; by: string };

/** What people decide on mails that fit no case. Each may be said again and changes nothing then. */
export function createDecideMail(deps: PlaceMailDeps) {
  const table = deps.tables('escalations');
  return {
    place: async ({ id, by, escalationId }: Decision & { escalationId: string }, scope: Scope): Promise<CaseMail> => {
      const held = await found(table, id);
      const isSo = ({ state, escalationId: at }: MailRow) => state === 'placed' && at === escalationId;
      if (isSo(held.row)) return mailAnswer(table, held.row);
      refuseSettled(held);
      await requireCase(table, held.row, escalationId);
      const misfit = await placeMailAt(deps, { held, escalationId, by }, scope);
      if (misfit !== undefined)
        throw new AppError('conflict', 'The mail says something that this escalation cannot take.');
      return settled(table, id, isSo);
    },
    dismiss: async ({ id, by }: Decision): Promise<CaseMail> => {
      const held = await found(table, id);
      const isSo = ({ state }: MailRow) => state === 'dismissed';
      if (isSo(held.row)) return mailAnswer(table, held.row);
      refuseSettled(held);
      await settleMail(table, held, { state: 'dismissed', by });
      return settled(table, id, isSo);
    },
  };
}

async function found(table: Table, id: string): Promise<HeldMail> {
  const held = await readMailRow(table, id);
  if (!held) throw notFound();
  return held;
}

function refuseSettled({ row }: HeldMail): void {
  if (!isWaiting(row.state)) throw elsewhere();
}

const elsewhere = (): AppError => new AppError('conflict', 'Somebody else, or the desk, has decided on this mail.');

/** As it stands now: who was quicker has decided. */
async function settled(table: Table, id: string, isSo: (row: MailRow) => boolean): Promise<CaseMail> {
  const { row } = await found(table, id);
  if (!isSo(row)) throw elsewhere();
  return mailAnswer(table, row);
}

/** A mailbox is one partner connection's: what arrives there is of no case of another. */
async function requireCase(table: Table, mail: MailRow, escalationId: string): Promise<void> {
  const escalation = parseEscalationId(escalationId) && (await readEscalation(table, escalationId));
  if (escalation?.row.connectionId === mail.connectionId) return;
  const message = "Is no escalation of the mailbox's partner connection.";
  throw new AppError('invalid-body', message, { errors: [{ path: 'escalationId', message }] });
}
