import pLimit from 'p-limit';
import * as z from 'zod';
import { backoffMs } from '../core/backoff.ts';
import { fromIso, minuteMs, secondMs, toIso } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { firstRows, type TableOp } from '../platform/table.ts';
import {
  consentRelay,
  consentResultPartition,
  consentResultRow,
  type ConsentResult,
  type ConsentRun,
  type GrantConsent,
} from './consents.ts';
import type { CustomerStore } from './customer-store.ts';
import type { Customer } from './customer.ts';
import { SourceFailure } from './customers-source.ts';
import { customerEvents } from './events.ts';
import type { RelayDeps } from './relay.ts';

type RunConsentsDeps = RelayDeps & {
  store: Pick<CustomerStore, 'page' | 'getMany'>;
  grant: GrantConsent;
  random: Random;
};

const messageSchema = z.object({ connectionId: z.string(), runId: z.string() });

/** One leg of a run: the next customers, each with its own result. Granting again is harmless, so a crash costs one leg. */
export function createRunConsents(deps: RunConsentsDeps): QueueHandler {
  const relay = consentRelay(deps);
  return async (message, scope) => {
    const { connectionId } = messageSchema.parse(message.body);
    const baton = await relay.take(message);
    if (!baton) return;
    const run: ConsentRun = baton.head.value;
    const { customers, unknown, after } = await nextCustomers(deps, run);
    const started = deps.clock.now();
    const before = run.failures > 0 ? await knownResults(deps, run) : [];
    const isLeft = ({ customerId }: Named) => !before.some((result) => result.customerId === customerId);
    const { results: answered, failure } = await askForEach(deps, { run, customers: customers.filter(isLeft) });
    const results = [...answered, ...unknown.filter(isLeft).map((one) => resultOf(deps, one, { kind: 'unknown' }))];
    await writeResults(deps, run, results);
    if (failure) {
      const { reason, retryAfterSeconds } = failure;
      scope.log(customerEvents.consentsDelayed, { connectionId, runId: run.runId, reason });
      const backOff = backoffMs(run.failures, { baseMs: 10 * secondMs, maxMs: 30 * minuteMs }, deps.random);
      const dueAt = deps.clock.now() + Math.max(backOff, (retryAfterSeconds ?? 0) * secondMs);
      await relay.pass(baton, { head: { ...run, failures: run.failures + 1 }, dueAt }, scope);
      return;
    }
    const head: ConsentRun = {
      ...counted(run, [...before, ...results]),
      failures: 0,
      ...(after !== undefined && { after }),
    };
    if (after !== undefined) {
      await relay.pass(baton, { head, dueAt: started + secondMs }, scope);
      return;
    }
    await relay.stop(baton, { ...head, endedAt: toIso(deps.clock.now()) });
    scope.log(customerEvents.consentsDone, { connectionId, runId: run.runId, customers: head.done });
  };
}

type Named = Pick<Customer, 'customerId'>;
type Next = { customers: Customer[]; unknown: Named[]; after?: string | undefined };

/** Customers of the connection in order of id; `after` is absent when these are the last. */
async function nextCustomers({ store }: RunConsentsDeps, run: ConsentRun): Promise<Next> {
  const size = limits.consentsPerLeg;
  const isOwn = (customer: Customer) => customer.connectionId === run.connectionId && customer.leftAt === undefined;
  if (run.customerIds === undefined) {
    const { customers, next } = await store.page({ after: run.after, limit: size });
    return { customers: customers.filter(isOwn), unknown: [], after: next };
  }
  const left = run.customerIds.filter((id) => run.after === undefined || id > run.after).sort();
  const some = left.slice(0, size);
  const found = await store.getMany(some);
  const customers = some.flatMap((id) => found.get(id) ?? []).filter(isOwn);
  const unknown = some.filter((id) => !customers.some((one) => one.customerId === id));
  return {
    customers,
    unknown: unknown.map((customerId) => ({ customerId })),
    after: left.length > size ? some.at(-1) : undefined,
  };
}

/** What the tries of this leg before have brought: those customers are not asked again. */
async function knownResults({ tables }: RunConsentsDeps, run: ConsentRun): Promise<ConsentResult[]> {
  const from = run.after === undefined ? '' : `${run.after}!`;
  const rows = await firstRows(
    tables('customers'),
    { pk: consentResultPartition(run.runId), from },
    limits.consentsPerLeg,
  );
  return rows.map((row) => consentResultRow.fromRow(row));
}

type Asking = { run: ConsentRun; customers: readonly Customer[] };

/** Results, and the first trouble that passes by itself: those without a result are asked again then. */
async function askForEach(
  deps: RunConsentsDeps,
  { run, customers }: Asking,
): Promise<{ results: ConsentResult[]; failure?: SourceFailure }> {
  const results: ConsentResult[] = [];
  let failure: SourceFailure | undefined;
  const one = async (customer: Customer): Promise<void> => {
    if (failure) return;
    try {
      results.push(await resultFor(deps, run, customer));
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      if (error.reason !== 'throttled' && error.reason !== 'away') {
        results.push(resultOf(deps, customer, { kind: 'refused', code: error.message }));
      } else failure ??= error;
    }
  };
  const limit = pLimit(limits.directoryConcurrency);
  await Promise.all(customers.map((customer) => limit(async () => one(customer))));
  return { results, ...(failure && { failure }) };
}

async function resultFor(deps: RunConsentsDeps, run: ConsentRun, customer: Customer): Promise<ConsentResult> {
  const { gdap, tenantId } = customer;
  if (customer.isExcluded) return resultOf(deps, customer, { kind: 'excluded' });
  const isOver = gdap?.endsAt !== undefined && fromIso(gdap.endsAt) <= deps.clock.now();
  if (gdap?.status === 'none' || isOver) return resultOf(deps, customer, { kind: 'no-relationship' });
  if (run.isDryRun) return resultOf(deps, customer, { kind: 'would-grant' });
  return resultOf(deps, customer, await deps.grant({ runId: run.runId, connectionId: run.connectionId, tenantId }));
}

type Outcome = { kind: ConsentResult['outcome']; code?: string };

const resultOf = ({ clock }: RunConsentsDeps, { customerId }: Named, { kind, code }: Outcome): ConsentResult => ({
  customerId,
  outcome: kind,
  at: toIso(clock.now()),
  ...(code !== undefined && { code }),
});

async function writeResults({ tables }: RunConsentsDeps, run: ConsentRun, results: readonly ConsentResult[]) {
  if (results.length === 0) return;
  const ops = results.map((result): TableOp => {
    return { kind: 'upsert', rk: result.customerId, columns: consentResultRow.toColumns(result) };
  });
  await tables('customers').transact(consentResultPartition(run.runId), ops);
}

function counted(run: ConsentRun, results: readonly ConsentResult[]): ConsentRun {
  const counts = { ...run.counts };
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return { ...run, counts, done: run.done + results.length };
}
