import * as z from 'zod';
import { fromIso, minuteMs, toIso } from '../core/clock.ts';
import { AppError, notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { contended } from '../platform/contended.ts';
import type { Answer } from '../platform/route.ts';
import { rowKind } from '../platform/row.ts';
import type { Table, TableOp } from '../platform/table.ts';
import type { PersonCall } from './person-call.ts';
import { isUnfiled } from './escalation.ts';
import { escalationsOf, partitionOf, readContentRows, repacketOps, stemOf } from './escalation-store.ts';
import { diagnosticConsentSchema, type DiagnosticConsent } from './packet.ts';
import type { EscalationDeps } from './ports.ts';

/** `by` is a person of the customer's, `wording` what was asked and answered. Recorded by whoever calls. */
export const consentBodySchema = z.strictObject({
  given: z.boolean(),
  by: z.string().trim().min(1).max(limits.nameCharacters),
  at: z.iso.datetime({ offset: true }).optional(),
  wording: z.string().trim().min(1).max(limits.reasonCharacters),
});
export type ConsentBody = z.output<typeof consentBodySchema>;

export const recordedConsentSchema = diagnosticConsentSchema
  .extend({ recordedBy: z.string(), recordedAt: z.iso.datetime() })
  .meta({ id: 'RecordedDiagnosticConsent' });

const consentRow = rowKind(recordedConsentSchema);
/** Beside the content of the request's escalations, so that whatever erases that erases this. */
const consentKey = (requestId: string): string => `C|${stemOf(requestId)}|consent`;

/** The last word of the customer's on diagnostic data; undefined where none was recorded. */
export async function readConsent(table: Table, requestId: string): Promise<DiagnosticConsent | undefined> {
  const row = await table.get(partitionOf(requestId), consentKey(requestId));
  if (!row) return undefined;
  const { given, by, at, wording } = consentRow.fromRow(row);
  return { given, by, at, wording };
}

type ConsentCall = Omit<PersonCall<ConsentBody>, 'escalationId' | 'headers' | 'scope'> & { requestId: string };

/**
 * Records whether the customer lets Microsoft read diagnostic data, and puts it into every packet that nobody has filed yet: what was
 * taken back must not be sent, however long a case waits.
 */
export function createRecordConsent(deps: EscalationDeps) {
  return async ({ requestId, body, caller }: ConsentCall): Promise<Answer> => {
    const nowMs = deps.clock.now();
    const at = body.at ?? toIso(nowMs);
    if (fromIso(at) > nowMs + minuteMs) {
      throw new AppError('invalid-body', 'A consent cannot lie ahead.', {
        errors: [{ path: 'at', message: 'Lies ahead.' }],
      });
    }
    const request = await deps.requests.readForEscalation(requestId);
    if (!request) throw notFound();
    if (request.erasedAt !== undefined) {
      throw new AppError(
        'illegal-transition',
        'The person who sent the request was erased: nothing is recorded on it.',
      );
    }
    const consent = { given: body.given, by: body.by, at, wording: body.wording };
    const record = { ...consent, recordedBy: caller.id, recordedAt: toIso(nowMs) };
    const table = deps.tables('escalations');
    const rk = consentKey(requestId);
    await contended(deps, async () => {
      const ops = await packetOps(table, requestId, consent);
      const keep: TableOp = { kind: 'upsert', rk, columns: consentRow.toColumns(record) };
      await table.transact(partitionOf(requestId), [keep, ...ops]);
    });
    return { status: 200, body: record };
  };
}

async function packetOps(table: Table, requestId: string, diagnosticConsent: DiagnosticConsent): Promise<TableOp[]> {
  const waiting = (await escalationsOf(table, requestId)).filter((row) => isUnfiled(row.state));
  if (waiting.length === 0) return [];
  const rows = await readContentRows(table, stemOf(requestId));
  return waiting.flatMap(({ id }) => repacketOps(rows, id, { diagnosticConsent }));
}
