import pLimit from 'p-limit';
import * as z from 'zod';
import type { FieldError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { CloudName } from './cloud.ts';
import { ambiguousAmong, ambiguousRefsSchema, type PortalSights } from './ambiguous-refs.ts';
import type { CustomerStore } from './customer-store.ts';
import { customerIdOf, type Customer, type ExternalRef } from './customer.ts';
import { refKey } from './pointers.ts';
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
    /** References that, with this file, a portal could not use: several of its customers have them. */
    ambiguous: ambiguousRefsSchema,
  })
  .meta({ id: 'ImportedRefs' });

type Import = {
  store: CustomerStore;
  cloud: CloudName;
  portalSights: PortalSights;
  csv: Uint8Array;
  dryRun: boolean;
};
type Resolved = RefLine & { customerId: string; before: readonly string[] };

/**
 * Adds references to customers from a file; those that it does not name stay, and so do the same references of other customers.
 * Everything is checked before anything is written: throws `invalid-body` with the lines that do not fit or name nobody. Rows
 * first and pointers last, so that a second run after a crash finds what is left to do.
 */
export async function importRefs(given: Import): Promise<z.output<typeof importedRefsSchema>> {
  const { store, cloud, csv, dryRun } = given;
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
  const seen = new Map<string, number>();
  const errors = found.flatMap((one) => problemWith(one, after, seen));
  if (errors.length > 0) throw linesDoNotFit(errors);

  const [unchanged, changed] = [found.filter(isThere(customers)), found.filter((one) => !isThere(customers)(one))];
  const ambiguous = await ambiguousAmong(given.portalSights, namedBy(found));
  if (!dryRun) await write(store, changed);
  return { dryRun, lines: found.length, added: changed.length, unchanged: unchanged.length, ambiguous };
}

/** Whom each reference of the file will name. */
const namedBy = (found: readonly Resolved[]) =>
  [...Map.groupBy(found, ({ ref }) => refKey(ref)).values()].flatMap((lines) =>
    lines.slice(0, 1).map(({ ref, before }) => ({
      ref,
      customerIds: new Set([...before, ...lines.map(({ customerId }) => customerId)]),
    })),
  );

const has = (refs: readonly ExternalRef[], ref: ExternalRef): boolean =>
  refs.some((one) => refKey(one) === refKey(ref));

const isThere =
  (customers: ReadonlyMap<string, Customer>) =>
  ({ before, customerId, ref }: Resolved): boolean =>
    before.includes(customerId) && has(customers.get(customerId)?.externalRefs ?? [], ref);

/** `after` are the references as they would be, line by line; `seen` are the lines by customer and reference. */
function problemWith(
  { line, ref, customerId }: Resolved,
  after: Map<string, ExternalRef[]>,
  seen: Map<string, number>,
): FieldError[] {
  const path = `line ${String(line)}`;
  const refs = after.get(customerId);
  if (refs === undefined) return [{ path, message: 'no customer has this name' }];
  const key = `${customerId}|${refKey(ref)}`;
  const before = seen.get(key);
  if (before !== undefined) return [{ path, message: `says the same as line ${String(before)}` }];
  seen.set(key, line);
  if (has(refs, ref)) return [];
  after.set(customerId, [...refs, ref]);
  if (refs.length < limits.externalRefs) return [];
  return [{ path, message: `the customer would have more than ${String(limits.externalRefs)} references` }];
}

async function write(store: CustomerStore, changed: readonly Resolved[]): Promise<void> {
  const to = Map.groupBy(changed, ({ customerId }) => customerId);
  await store.change(to.keys(), (customer) => {
    const { customerId, externalRefs } = customer;
    const added = (to.get(customerId) ?? []).map(({ ref }) => ref).filter((ref) => !has(externalRefs, ref));
    return added.length === 0 ? undefined : { ...customer, externalRefs: [...externalRefs, ...added] };
  });
  const limit = pLimit(concurrent);
  await Promise.all(
    [...to].map(([customerId, lines]) =>
      limit(async () => store.pointRefs(customerId, { add: lines.map(({ ref }) => ref), remove: [] })),
    ),
  );
}
