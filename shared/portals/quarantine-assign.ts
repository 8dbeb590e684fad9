import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { AppError, notFound } from '../core/errors.ts';
import type { Random } from '../core/ids.ts';
import { contended } from '../platform/contended.ts';
import type { Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { portalEvents } from './events.ts';
import { createdType, hookSchema, type HookBody, type PortalCaller } from './portal-hook.ts';
import type { PortalRegistry } from './portal-registry.ts';
import { readContent } from './quarantine-list.ts';
import { resolved } from './quarantine-resolve.ts';
import { quarantinePartition, readHead, type QuarantineHead } from './quarantine-rows.ts';

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

  const original = async (head: QuarantineHead): Promise<Original> => {
    const portal = await registry.byId(head.portalId);
    if (portal === undefined) throw new AppError('conflict', 'The portal that sent it is gone. Discard it.');
    const kept = hookSchema.safeParse(await readContent(table, head.id));
    if (!kept.success) throw new AppError('conflict', 'What was sent is not there any more. Discard it.');
    const body = kept.data;
    return { caller: await registry.callerOf(portal), key: head.webhookId, body };
  };

  const carryOut = async (
    head: QuarantineHead,
    { customerId, requestId, remember }: Assignment,
    scope: Scope,
  ): Promise<Partial<QuarantineHead>> => {
    const sent = await original(head);
    if (requestId !== undefined) {
      if (head.type === createdType) throw misfit('customerId', 'is needed: this is a request of its own');
      if (!(await deps.assignChange({ ...sent, requestId }, scope))) {
        throw misfit('requestId', 'must be a request of the portal that sent it');
      }
      return { requestId };
    }
    if (customerId === undefined || head.type !== createdType) {
      throw misfit('requestId', 'is needed: this is about a request');
    }
    const taken = await deps.takeIn({ ...sent, assignedTo: customerId }, scope);
    const { customer } = sent.body.data as { customer?: unknown };
    return { ...taken, ...(remember && { remembered: await deps.remember(taken.customerId, customer) }) };
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

const misfit = (path: string, message: string): AppError =>
  new AppError('invalid-body', 'See errors for what does not fit.', { errors: [{ path, message }] });
