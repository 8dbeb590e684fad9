import * as z from 'zod';
import { maySeeCustomer, portalOf, type Caller } from '../core/caller.ts';
import { toIso, type Clock } from '../core/clock.ts';
import { contactIdOf } from '../core/contact-id.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Bus } from '../platform/bus.ts';
import { parse } from '../platform/handle-route.ts';
import { sendWakes, wakeOp } from '../platform/outbox.ts';
import { isRefusal, writeOver, type Columns, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { firstResponseDue } from '../statement/first-response.ts';
import type { Statement } from '../statement/statement.ts';
import { requestEvents } from './events.ts';
import type { CustomersPort, IntakeCustomer } from './ports.ts';
import { personOp } from './contact-rows.ts';
import { decidePriority } from './priority.ts';
import { answerOf, contentOf, type RequestAnswer } from './request-answer.ts';
import type { CreatedEvent } from './request-event.ts';
import { contentKey, contentRow, eventKey, eventRow, headKey, headRow, partitionOf } from './request-rows.ts';
import { actorOf, applyEvent } from './request-rules.ts';
import { wakeOf } from './request-store.ts';
import { sentRequestSchema, type SentRequest } from './request.ts';
import { thoughtOf, type ThoughtDeps } from './thought.ts';
import { bodyHashOf, keyedRequestId, receiptIn } from './webhook-receipt.ts';

export type IntakeDeps = ThoughtDeps & {
  table: Table;
  bus: Bus;
  clock: Clock;
  ids: Pick<Ids, 'newId'>;
  customers: CustomersPort;
  currentStatement: () => Promise<Statement>;
};

export type Taking = {
  caller: Caller;
  kind: 'api' | 'hook';
  /** The caller's own name of this call; the same name makes the same request. */
  key?: string | undefined;
  input: SentRequest;
  /** What a repeat must bring again where that is more than the input: the body that the input came in. */
  body?: unknown;
  /** The customer that a person says it is of, whatever its sender called it. */
  assignedTo?: string | undefined;
  scope: Scope;
};

export type Taken = { outcome: 'created' | 'repeated'; request: RequestAnswer };

/**
 * Takes in a support request: one read, one transaction, one send. With a key the id follows from caller and key, so that the
 * insert is the duplicate check: a repeat is refused by storage, and answered from the creation event that the refusal brings
 * along. Throws `unknown-customer`, `idempotency-key-reused`, `unavailable`.
 */
export function createIntake(deps: IntakeDeps) {
  const take = async (taking: Taking): Promise<Taken> => {
    const { caller, input, scope } = taking;
    const name = taking.assignedTo === undefined ? input.customer : { customerId: taking.assignedTo };
    const customer = await deps.customers.resolve(name, (id) => maySeeCustomer(caller, id));
    if (customer === undefined || customer.leftAt !== undefined || !maySeeCustomer(caller, customer.customerId)) {
      return withoutCustomer(deps, taking);
    }
    const event = await createdEvent(deps, taking, customer);
    const { requestId } = event;
    const before = taking.assignedTo === undefined ? undefined : await readFirst(deps, requestId);
    if (before && !receiptIn(before)) return repeated(before, taking);
    const wake = wakeOf(event);
    const pk = partitionOf(requestId);
    const written = {
      event: eventRow.toColumns(event),
      head: headRow.toColumns(applyEvent(undefined, event)),
      content: contentRow.toColumns(contentOf(input)),
    };
    try {
      await deps.table.transact(pk, [
        firstOp(event, written.event, before),
        { kind: 'insert', rk: headKey(requestId), columns: written.head },
        { kind: 'insert', rk: contentKey(requestId), columns: written.content },
        personOp(event.contactId, requestId),
        wakeOp(wake, scope),
      ]);
    } catch (error) {
      if (isRefusal(error) && error.found?.rk === eventKey(requestId, 1)) return repeated(error.found, taking);
      throw error;
    }
    await sendWakes(deps, { place: { table: 'requests', pk }, wakes: [wake] }, scope);
    scope.log(requestEvents.taken, { requestId, portalId: event.portalId, customerId: event.customerId });
    return { outcome: 'created', request: firstAnswer(written.event, input) };
  };
  return { take };
}

const hookedSchema = z.object({ data: sentRequestSchema });

type Hooked = { caller: Caller; key: string; body: { data: unknown }; assignedTo?: string };

/** The way in for webhooks: the same intake, with a body whose data nobody has looked at yet. */
export const hookIntake =
  ({ take }: Pick<Intake, 'take'>) =>
  async ({ caller, key, body, assignedTo }: Hooked, scope: Scope) => {
    const { data: input } = parse(hookedSchema, body, 'invalid-body');
    const { request } = await take({ caller, kind: 'hook', key, input, body, assignedTo, scope });
    return { requestId: request.id, customerId: request.customerId };
  };

export type Intake = ReturnType<typeof createIntake>;

const requestIdOf = ({ caller, kind }: Taking, key: string): string => keyedRequestId(caller.id, kind, key);
const hashOfBody = ({ input, body = input }: Taking): string => bodyHashOf(body);

const readFirst = async ({ table }: IntakeDeps, requestId: string): Promise<Row | undefined> =>
  table.get(partitionOf(requestId), eventKey(requestId, 1));

/** In place of the receipt of a webhook that had been set aside, where there is one. */
const firstOp = ({ requestId }: CreatedEvent, columns: Columns, before: Row | undefined): TableOp => {
  const rk = eventKey(requestId, 1);
  return writeOver(before, { rk, columns });
};

/** A customer may have left since its request was taken in: a repeat is answered all the same. */
async function withoutCustomer(deps: IntakeDeps, taking: Taking): Promise<Taken> {
  if (taking.key !== undefined) {
    const first = await readFirst(deps, requestIdOf(taking, taking.key));
    if (first) return repeated(first, taking);
  }
  throw unknownCustomer();
}

const unknownCustomer = () => new AppError('unknown-customer', 'No customer of yours has this name.');

async function createdEvent(deps: IntakeDeps, taking: Taking, customer: IntakeCustomer): Promise<CreatedEvent> {
  const { caller, kind, key, input } = taking;
  const statement = await deps.currentStatement();
  const receivedAt = deps.clock.now();
  const due = await firstResponseDue(statement, { severity: input.severity, receivedAt });
  const firstResponse = due && { ...due, dueAt: toIso(due.dueAt) };
  const expectedFirstResponseAt = firstResponse?.dueAt ?? null;
  const thought = await thoughtOf(deps, { request: input, receivedAt, expectedFirstResponseAt, customer });
  return {
    kind: 'created',
    requestId: key === undefined ? deps.ids.newId() : requestIdOf(taking, key),
    sequence: 1,
    at: toIso(receivedAt),
    by: actorOf(caller),
    audience: 'customer',
    state: 'new',
    source: kind,
    bodyHash: hashOfBody(taking),
    portalId: portalOf(caller),
    customerId: customer.customerId,
    contactId: contactIdOf(customer.customerId, input.contact.email),
    severity: input.severity,
    category: input.category,
    service: input.service,
    startedAt: input.startedAt,
    language: input.language,
    externalRefs: input.externalRefs ?? [],
    firstResponse,
    ...thought,
    priority: decidePriority({
      severity: input.severity,
      category: thought.triage.category,
      impact: thought.impact,
    }),
  };
}

/** Made from what is written, not from what was about to be: so the first answer, its repeat and a later read are one text. */
function firstAnswer(columns: Columns, input: SentRequest): RequestAnswer {
  const row = (held: Columns): Row => ({ pk: '', rk: '', etag: '', columns: held });
  const content = contentRow.fromRow(row(contentRow.toColumns(contentOf(input))));
  return answerOf(applyEvent(undefined, eventRow.fromRow(row(columns))), content);
}

/** The first answer again: what was decided then, from the event; what was sent then, from the body, which is the same. */
function repeated(row: Row, taking: Taking): Taken {
  const { input, scope } = taking;
  if (row.columns.bodyHash !== hashOfBody(taking)) {
    throw new AppError(
      'idempotency-key-reused',
      'This key was used for another body; use a new key for a new request.',
    );
  }
  // Set aside when nobody knew its customer, and with people since.
  if (receiptIn(row)) throw unknownCustomer();
  scope.log(requestEvents.repeated, { requestId: eventRow.fromRow(row).requestId });
  return { outcome: 'repeated', request: firstAnswer(row.columns, input) };
}
