import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { pagingQuery, type Answer } from '../platform/route.ts';
import { readContract } from './contract-store.ts';
import { escalationStates, isOpen, type EscalationRow } from './escalation.ts';
import { escalationSchema, type Escalation } from './escalation-view.ts';
import { toAnswer } from './escalation-answer.ts';
import { listPage, type ListedEscalation } from './escalation-list.ts';
import { parseEscalationId, readContent, readEscalation, readFacts } from './escalation-store.ts';
import type { EscalationDeps } from './ports.ts';

export const listQuerySchema = z.strictObject({ state: z.enum(escalationStates).optional(), ...pagingQuery });
export type ListQuery = z.output<typeof listQuerySchema>;

export const escalationPageSchema = z
  .strictObject({ items: z.array(escalationSchema), nextCursor: z.string().optional() })
  .meta({ id: 'EscalationPage' });

type Reading = Pick<EscalationDeps, 'tables' | 'clock'>;

async function readOne(deps: Reading, id: string, caller: Caller): Promise<Escalation | undefined> {
  if (!parseEscalationId(id)) return undefined;
  const table = deps.tables('escalations');
  const [held, content, facts] = await Promise.all([
    readEscalation(table, id),
    readContent(table, id),
    readFacts(table, id),
  ]);
  if (!held) return undefined;
  const contract = await contractOf(deps, held.row);
  return toAnswer(held.row, { ...content, facts, contract }, { caller, nowMs: deps.clock.now() });
}

/** Of a case that Microsoft has, which may be late: whom to ring. */
async function contractOf({ tables }: Reading, { caseNumber, state, connectionId, vehicle }: EscalationRow) {
  if (caseNumber === undefined || vehicle === undefined || !isOpen(state)) return undefined;
  return readContract(tables('desk'), connectionId, vehicle);
}

export function createReadEscalation(deps: Reading) {
  return async (id: string, caller: Caller): Promise<Answer> => {
    const body = await readOne(deps, id, caller);
    if (!body) throw notFound();
    return { status: 200, body };
  };
}

/**
 * Newest first. The list rows may lag; each escalation is read as it stands now, and one that has left the state asked for is
 * dropped, so a page can be shorter than its limit and still have a next one.
 */
export function createListEscalations(deps: Reading) {
  return async ({ state, limit = limits.pageSizeDefault, cursor }: ListQuery, caller: Caller): Promise<Answer> => {
    const query = { list: 'escalations', state };
    const after = cursor === undefined ? undefined : decodeCursor(query, cursor);
    const page = await listPage(deps.tables('escalations'), { state, limit, after });
    const read = await Promise.all(page.rows.map(async ({ id }: ListedEscalation) => readOne(deps, id, caller)));
    const items = read.filter((item) => item !== undefined && (state === undefined || item.state === state));
    const nextCursor = page.next === undefined ? undefined : encodeCursor(query, page.next);
    return { status: 200, body: { items, nextCursor } };
  };
}
