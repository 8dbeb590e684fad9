import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { notFound } from '../core/errors.ts';
import { toIso } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import { namedConnection } from '../platform/named-connection.ts';
import { firstRows } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { DeskCloud } from './cloud.ts';
import {
  consentOutcomes,
  consentPartition,
  consentRelay,
  consentResultPartition,
  consentResultRow,
  type ConsentRun,
} from './consents.ts';
import type { Paging } from './customer-queries.ts';
import { isHeld, type RelayDeps } from './relay.ts';

export const consentRunBodySchema = z.strictObject({
  connectionId: z.string().max(32).optional(),
  customerIds: z
    .array(z.string().regex(/^[a-z\d]{1,64}$/, 'no id of a customer'))
    .min(1)
    .max(limits.consentCustomersNamed)
    .optional(),
  dryRun: z.boolean().default(false),
});

const time = z.iso.datetime();

const resultViewSchema = z.object({
  customerId: z.string(),
  outcome: z.enum(consentOutcomes),
  code: z.string().optional(),
  remedy: z.string().optional(),
  at: time,
});

export const consentRunSchema = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    state: z.enum(['running', 'done']),
    dryRun: z.boolean(),
    startedAt: time,
    endedAt: time.optional(),
    done: z.number(),
    counts: z.partialRecord(z.enum(consentOutcomes), z.number()),
    results: z.array(resultViewSchema),
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'ConsentRun' });

type ConsentRunView = z.output<typeof consentRunSchema>;

/** What each code of Partner Center asks for. Microsoft docs: "Partner Center REST error codes", "Control panel vendor APIs". */
const remedies: Record<string, string> = {
  '403': 'The integration account needs AdminAgents, and Cloud Application Administrator through the customer’s GDAP.',
  '20002': 'The partner has no reseller relationship with this customer any more.',
  '900150': 'The integration account lacks the role: Cloud Application Administrator through the customer’s GDAP.',
  '900308': 'The integration account lacks the role: Cloud Application Administrator through the customer’s GDAP.',
  '900309': 'The customer’s or the partner’s conditional access blocked the token.',
  '900421': 'The partner’s consent was given without multifactor sign-in: give it again.',
};

type ConsentDeps = RelayDeps & { cloud: Pick<DeskCloud, 'connections'>; ids: Pick<Ids, 'newId'> };

/** Starts a run over a connection's customers, or finds the one that is under way. Returns its address. */
export function createStartConsents(deps: ConsentDeps) {
  const relay = consentRelay(deps);
  return async (
    body: z.output<typeof consentRunBodySchema>,
    scope: Scope,
  ): Promise<{ id: string; connectionId: string }> => {
    const { id: connectionId } = namedConnection(deps.cloud.connections, body.connectionId);
    const run: ConsentRun = {
      runId: deps.ids.newId(),
      connectionId,
      isDryRun: body.dryRun,
      ...(body.customerIds && { customerIds: [...new Set(body.customerIds)] }),
      startedAt: toIso(deps.clock.now()),
      done: 0,
      counts: {},
      failures: 0,
    };
    const baton = await relay.read(consentPartition(connectionId));
    const isRunning = isHeld(baton) && baton.head.value.endedAt === undefined;
    if (isRunning) return { id: baton.head.value.runId, connectionId };
    const isStarted = isHeld(baton)
      ? await relay.pass(baton, { head: run, dueAt: deps.clock.now() }, scope)
      : await relay.begin(baton.pk, run, scope);
    if (isStarted) return { id: run.runId, connectionId };
    const other = await relay.read(baton.pk);
    return { id: isHeld(other) ? other.head.value.runId : run.runId, connectionId };
  };
}

/** The newest run of a connection with a page of its results, in order of customer. */
export function createReadConsents(deps: Pick<ConsentDeps, 'tables' | 'bus' | 'clock' | 'cloud'>) {
  const relay = consentRelay(deps);
  const table = deps.tables('customers');
  return async (id: string, { limit = limits.pageSizeDefault, cursor }: Paging): Promise<ConsentRunView> => {
    for (const connection of deps.cloud.connections) {
      const baton = await relay.read(consentPartition(connection.id));
      if (!isHeld(baton) || baton.head.value.runId !== id) continue;
      const after = cursor === undefined ? undefined : decodeCursor({ list: 'consents', id }, cursor);
      const from = after === undefined ? '' : `${after}!`;
      const rows = await firstRows(table, { pk: consentResultPartition(id), from }, limit + 1);
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const next = rows.length > limit && last ? encodeCursor({ list: 'consents', id }, last.rk) : undefined;
      return viewOf(baton.head.value, { rows: shown.map((row) => consentResultRow.fromRow(row)), next });
    }
    throw notFound();
  };
}

type Shown = { rows: ReturnType<typeof consentResultRow.fromRow>[]; next: string | undefined };

const viewOf = (run: ConsentRun, { rows, next }: Shown): ConsentRunView => ({
  id: run.runId,
  connectionId: run.connectionId,
  state: run.endedAt === undefined ? 'running' : 'done',
  dryRun: run.isDryRun,
  startedAt: run.startedAt,
  ...(run.endedAt !== undefined && { endedAt: run.endedAt }),
  done: run.done,
  counts: run.counts,
  results: rows.map((row) => {
    const remedy = row.code === undefined ? undefined : remedies[row.code];
    return { ...row, ...(remedy !== undefined && { remedy }) };
  }),
  ...(next !== undefined && { nextCursor: next }),
});
