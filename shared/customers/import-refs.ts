import pLimit from 'p-limit';
import * as z from 'zod';
import type { FieldError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { CloudName } from './cloud.ts';
import { refKey, type CustomerStore } from './customer-store.ts';
import { customerIdOf, type Customer, type ExternalRef } from './customer.ts';
import { linesDoNotFit, readRefLines, type RefLine } from './ref-lines.ts';
import type { CustomerName } from './resolve-customer.ts';

const concurrent = 16;

export const importedRefsSchema = z
  .object({
    /** Nothing was written. */
    dryRun: z.boolean(),
    lines: z.number().int(),
    added: z.number().int(),
    /** Named this customer already. */
    unchanged: z.number().int(),
    /** Named another customer before. */
    moved: z.array(
      z.object({ line: z.number().int(), system: z.string(), id: z.string(), from: z.string(), to: z.string() }),
    ),
  })
  .meta({ id: 'ImportedRefs' });

type Import = { store: CustomerStore; cloud: CloudName; csv: Uint8Array; dryRun: boolean };
type Resolved = RefLine & { customerId: string; before: string | undefined };

/**
 * Adds references to customers from a file; those that it does not name stay. Everything is checked before anything is written:
 * throws `invalid-body` with the lines that do not fit or name nobody. Rows first and pointers last, so that a second run after
 * a crash finds what is left to do.
 */
export async function importRefs({ store, cloud, csv, dryRun }: Import): Promise<z.output<typeof importedRefsSchema>> {
  const lines = readRefLines(csv);
  const limit = pLimit(concurrent);
  const idOf = async ({ customerId, tenantId, domain }: CustomerName): Promise<string | undefined> => {
    if (tenantId !== undefined) return customerIdOf(cloud, tenantId);
    return domain === undefined ? customerId : store.byDomain(domain);
  };
  const found = await Promise.all(
    lines.map((one) =>
      limit(async () => ({ ...one, customerId: (await idOf(one.name)) ?? '', before: await store.byRef(one.ref) })),
    ),
  );
  const customers = await store.getMany(found.map(({ customerId }) => customerId));
  const after = new Map([...customers].map(([id, { externalRefs }]) => [id, externalRefs]));
  const errors = found.flatMap((one) => problemWith(one, after));
  if (errors.length > 0) throw linesDoNotFit(errors);

  const [unchanged, changed] = [found.filter(isThere(customers)), found.filter((one) => !isThere(customers)(one))];
  const moved = changed.filter(({ before, customerId }) => before !== undefined && before !== customerId);
  if (!dryRun) await write(store, changed);
  return {
    dryRun,
    lines: found.length,
    added: changed.length - moved.length,
    unchanged: unchanged.length,
    moved: moved.map(({ line, ref, before = '', customerId }) => ({ line, ...ref, from: before, to: customerId })),
  };
}

const has = (refs: readonly ExternalRef[], ref: ExternalRef): boolean =>
  refs.some((one) => refKey(one) === refKey(ref));

const isThere =
  (customers: ReadonlyMap<string, Customer>) =>
  ({ before, customerId, ref }: Resolved): boolean =>
    before === customerId && has(customers.get(customerId)?.externalRefs ?? [], ref);

/** `after` are the references as they would be, line by line. */
function problemWith({ line, ref, customerId }: Resolved, after: Map<string, ExternalRef[]>): FieldError[] {
  const path = `line ${String(line)}`;
  const refs = after.get(customerId);
  if (refs === undefined) return [{ path, message: 'no customer has this name' }];
  if (has(refs, ref)) return [];
  after.set(customerId, [...refs, ref]);
  if (refs.length < limits.externalRefs) return [];
  return [{ path, message: `the customer would have more than ${String(limits.externalRefs)} references` }];
}

async function write(store: CustomerStore, changed: readonly Resolved[]): Promise<void> {
  const to = Map.groupBy(changed, ({ customerId }) => customerId);
  const from = Map.groupBy(changed, ({ before = '' }) => before);
  await store.change([...to.keys(), ...[...from.keys()].filter((id) => id !== '')], (customer) => {
    const { customerId, externalRefs } = customer;
    const lost = (from.get(customerId) ?? []).filter((one) => one.customerId !== customerId).map(({ ref }) => ref);
    const kept = externalRefs.filter((ref) => !has(lost, ref));
    const added = (to.get(customerId) ?? []).map(({ ref }) => ref).filter((ref) => !has(kept, ref));
    if (added.length === 0 && kept.length === externalRefs.length) return undefined;
    return { ...customer, externalRefs: [...kept, ...added] };
  });
  const limit = pLimit(concurrent);
  await Promise.all(
    [...to].map(([customerId, lines]) =>
      limit(async () => store.pointRefs(customerId, { add: lines.map(({ ref }) => ref), remove: [] })),
    ),
  );
}
