import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { AppError, isAppError, notFound } from '../core/errors.ts';
import type { Random } from '../core/ids.ts';
import { contended } from '../platform/contended.ts';
import type { Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { portalEvents } from './events.ts';
import { isStandIn } from './field-map.ts';
import { itemAt } from './payload.ts';
import type { Portal } from './portal.ts';
import { createdType, hookSchema, type HookBody, type PortalCaller } from './portal-hook.ts';
import type { PortalRegistry } from './portal-registry.ts';
import { readContent } from './quarantine-list.ts';
import { resolved } from './quarantine-resolve.ts';
import { headRow, quarantinePartition, readHead, type QuarantineHead } from './quarantine-rows.ts';
import { nobodysId } from './recipes/recipe.ts';

type Original = { caller: PortalCaller; key: string; body: HookBody };

export type AssignDeps = {
  table: Table;
  clock: Clock;
  random: Random;
  registry: Pick<PortalRegistry, 'byId' | 'callerOf'>;
  /** Takes the request in as its portal's, for this customer. Once per key. Throws `unknown-customer` also for another portal's. */
  takeIn: (
    original: Original & { assignedTo: string },
    scope: Scope,
  ) => Promise<{ requestId: string; customerId: string }>;
  /** Has the effect of a comment or close on this request, once per key; false where the portal has no such request. */
  assignChange: (original: Original & { requestId: string }, scope: Scope) => Promise<boolean>;
  /** Makes the name by which the sender called a customer one of its own; false where it cannot be, or is neither reference nor domain. */
  remember: (customerId: string, name: unknown) => Promise<boolean>;
};

/** Exactly one: of a request its customer, of a comment or close its request. */
export type Assignment = {
  customerId?: string | undefined;
  requestId?: string | undefined;
  remember?: true | undefined;
};

export type Assigned = { requestId: string; location: string; remembered?: boolean };

/** What a person (`by`) says of the quarantined webhook `id`. */
type Word<Said> = { id: string; by: Pick<Caller, 'id'>; said: Said };

/**
 * People say what a quarantined webhook is about. It becomes what it would have been: with its own webhook-id as the key, so
 * that a crash in between, a second click and a late repeat by the sender all find the same request.
 */
export function createAssign(deps: AssignDeps) {
  const { table, registry } = deps;

  const resolve = async (id: string, change: Partial<QuarantineHead>, content?: string): Promise<QuarantineHead> =>
    contended(deps, async () => {
      const held = await readHead(table, id);
      if (held === undefined) throw notFound();
      const { head } = held;
      if (head.state === 'assigned' || head.state === change.state) return head;
      const { next, ops } = await resolved(deps, held, { change, content });
      await table.transact(quarantinePartition, ops);
      return next;
    });

  const original = async (head: QuarantineHead): Promise<{ portal: Portal; sent: Original }> => {
    const portal = await registry.byId(head.portalId);
    if (portal === undefined) throw new AppError('conflict', 'The portal that sent it is gone. Discard it.');
    const kept = hookSchema.safeParse(await readContent(table, head.id));
    if (!kept.success) throw new AppError('conflict', 'What was sent is not there any more. Discard it.');
    const body = kept.data;
    return { portal, sent: { caller: await registry.callerOf(portal), key: head.webhookId, body } };
  };

  /**
   * Says which request a change goes to, before it goes: of two people, or after a crash, one word counts. `from`: the word
   * that this one replaces. Gives the request that counts.
   */
  const aim = async (id: string, { from, to }: { from?: string | undefined; to: string }): Promise<string> =>
    contended(deps, async () => {
      const held = await readHead(table, id);
      if (held === undefined) throw notFound();
      const { row, head } = held;
      if (head.state === 'discarded') throw new AppError('conflict', 'It was discarded.');
      if (head.state !== undefined || head.towards !== from) return head.towards ?? head.requestId ?? to;
      const columns = headRow.toColumns({ ...head, towards: to });
      await table.transact(quarantinePartition, [{ kind: 'replace', rk: row.rk, columns, etag: row.etag }]);
      return to;
    });

  /** Where the request of an earlier word is none of the portal's, this one counts after all. */
  const bringOn = async (id: string, sent: Original, { requestId, scope }: { requestId: string; scope: Scope }) => {
    for (let from: string | undefined; ;) {
      const towards = await aim(id, { from, to: requestId });
      if (await deps.assignChange({ ...sent, requestId: towards }, scope)) return { requestId: towards };
      if (towards === requestId) throw misfit('requestId', 'must be a request of the portal that sent it');
      from = towards;
    }
  };

  const carryOut = async (
    head: QuarantineHead,
    { customerId, requestId, remember }: Assignment,
    scope: Scope,
  ): Promise<Partial<QuarantineHead>> => {
    const { portal, sent } = await original(head);
    if (requestId !== undefined) {
      if (head.type === createdType) throw misfit('customerId', 'is needed: this is a request of its own');
      return bringOn(head.id, sent, { requestId, scope });
    }
    if (customerId === undefined || head.type !== createdType) {
      throw misfit('requestId', 'is needed: this is about a request');
    }
    const taken = await deps.takeIn({ ...sent, assignedTo: customerId }, scope).catch(notOfPortal);
    const { customer } = sent.body.data as { customer?: unknown };
    if (remember === undefined) return taken;
    // Remembered, it would bring every ticket of no company to this customer.
    const isSomebody = !isNobody(portal, customer);
    return { ...taken, remembered: isSomebody && (await deps.remember(taken.customerId, customer)) };
  };

  return {
    /** Throws `not-found`, `unknown-customer`, `invalid-body`, and `conflict` where it was decided otherwise before. */
    assign: async ({ id, by, said }: Word<Assignment>, scope: Scope): Promise<Assigned> => {
      const held = await readHead(table, id);
      if (held === undefined) throw notFound();
      let { head } = held;
      if (head.state === 'discarded') throw new AppError('conflict', 'It was discarded.');
      if (head.state === undefined) {
        const became = await carryOut(head, said, scope);
        head = await resolve(id, { ...became, state: 'assigned', resolvedBy: by.id });
        scope.log(portalEvents.assigned, { quarantineId: id, requestId: head.requestId });
      }
      const { requestId = '', customerId, remembered } = head;
      const isOther = said.customerId === undefined ? said.requestId !== requestId : said.customerId !== customerId;
      if (isOther) throw new AppError('conflict', 'It was assigned otherwise before.', { members: { requestId } });
      return {
        requestId,
        location: `/api/requests/${requestId}`,
        ...(remembered !== undefined && { remembered }),
      };
    },

    /** Takes it off the list for good; its text goes, the reason stays. Throws `not-found`, `conflict`. */
    discard: async ({ id, by, said }: Word<{ reason: string }>, scope: Scope): Promise<void> => {
      const head = await resolve(id, { state: 'discarded', resolvedBy: by.id }, JSON.stringify(said));
      if (head.state === 'assigned') throw new AppError('conflict', 'It was assigned before.');
      scope.log(portalEvents.discarded, { quarantineId: id });
    },
  };
}

/** Whoever assigns sees all customers, and so is told what is missing. */
function notOfPortal(error: unknown): never {
  if (!isAppError(error, 'unknown-customer')) throw error;
  const detail = "There is no such customer among the portal's own; add it to the portal first.";
  throw new AppError('unknown-customer', detail, { cause: error });
}

const isNobody = ({ inbound }: Portal, customer: unknown): boolean =>
  itemAt(customer, ['externalRef', 'id']) === nobodysId || ('fields' in inbound && isStandIn(inbound.fields, customer));

const misfit = (path: string, message: string): AppError =>
  new AppError('invalid-body', 'See errors for what does not fit.', { errors: [{ path, message }] });
