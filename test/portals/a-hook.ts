import type { Clock } from '../../shared/core/clock.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { portalPartition, registerPortalOp } from '../../shared/portals/portal.ts';
import { createPortalHook } from '../../shared/portals/portal-hook.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { createQuarantine } from '../../shared/portals/quarantine.ts';
import { createAssign } from '../../shared/portals/quarantine-assign.ts';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import { hookIntake } from '../../shared/requests/intake.ts';
import type { SentRequest } from '../../shared/requests/request.ts';
import type { TimelineEntry } from '../../shared/requests/timeline.ts';
import { seededRandom } from '../support/seeded.ts';
import { anOpenDesk, aPerson, aSentRequest, customerId, tenantId, type TenantName } from '../requests/desk.ts';
import { aPortal, aSecret } from './a-portal.ts';

export const leftAt = '2026-11-01T00:00:00.000Z';

type Sent = { id?: string; type?: string; data?: unknown; timestamp?: string };

/**
 * The hook of a desk with its real intake and quarantine, and portal `north`, which has contoso and fabrikam. Fabrikam is a
 * customer only once it is mapped.
 */
export async function aHook(trouble?: Parameters<typeof anOpenDesk>[0]) {
  const desk = await anOpenDesk(trouble);
  await desk.putCustomer('fabrikam', { leftAt });
  const table = withWriteTokens(desk.of('portals').table, desk.ids);
  const portal = aPortal({ id: 'north', customers: [customerId('contoso'), customerId('fabrikam')] });
  await table.transact(portalPartition, [registerPortalOp(portal)]);
  const clock: Clock = desk.moved.clock;
  const registry = createPortalRegistry({ table, clock });
  const quarantine = createQuarantine({ table, clock });
  desk.hooks.portalCaller = async (id) => {
    const found = await registry.byId(id);
    return found && registry.callerOf(found);
  };
  desk.hooks.setAside = async (unplaced, scope) => quarantine.keep(unplaced, scope);
  const takeIn = hookIntake(desk.requests);
  const receive = createPortalHook({
    registry,
    readSecret: async () => Promise.resolve(aSecret),
    clock,
    takeTurn: () => undefined,
    takeIn,
    receiveChange: desk.requests.receiveChange,
    leaveSetAside: desk.requests.leaveSetAside,
    quarantine,
  });
  const remembered: [string, unknown][] = [];
  const quarantined = createAssign({
    ...{ table, clock, registry, takeIn, random: seededRandom(3) },
    assignChange: desk.requests.assignChange,
    remember: async (...name) => {
      remembered.push(name);
      return Promise.resolve(true);
    },
  });
  /** Sends a webhook as the portal would, and gives the answer or throws the refusal. */
  const hook = async ({
    id = 'msg_1',
    type = 'support_request.created',
    data,
    timestamp = '2026-11-02T09:00:00Z',
  }: Sent) => {
    const raw = Buffer.from(JSON.stringify({ type, timestamp, data }));
    const message = { id, timestampSeconds: Math.floor(clock.now() / 1_000), body: raw };
    const signature = signWebhook(message, parseWebhookSecrets(aSecret));
    const headers = new Headers({ 'content-type': 'application/json', ...signature });
    return receive({ portalId: 'north', headers, raw }, desk.scope);
  };
  const created = async (customer: TenantName, more: Partial<SentRequest> = {}, id?: string) =>
    hook({ ...(id && { id }), data: aSentRequest({ customer: { tenantId: tenantId(customer) }, ...more }) });
  const send = async (
    customer: TenantName,
    { title = 'No mail', timestamp }: { title?: string; timestamp?: string } = {},
  ) =>
    hook({
      data: aSentRequest({ customer: { tenantId: tenantId(customer) }, title }),
      ...(timestamp !== undefined && { timestamp }),
    });
  /** The timeline of a request, all its pages. */
  const timeline = async (requestId: string): Promise<TimelineEntry[]> => {
    const items: TimelineEntry[] = [];
    let cursor: string | undefined;
    do {
      const page = await desk.requests.timeline(aPerson(), requestId, { limit: 100, cursor });
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return items;
  };
  const requests = () =>
    [...desk.of('requests').partitions.values()].flatMap((rows) =>
      [...rows.keys()].filter((rk) => rk.startsWith('H|')),
    );
  const rowsOf = (prefix: string) =>
    [...(desk.of('portals').partitions.get('quarantine')?.keys() ?? [])].filter((rk) => rk.startsWith(prefix));
  return {
    ...{ desk, table, hook, created, send, timeline, requests, rowsOf, remembered },
    ...quarantined,
    quarantined: () => rowsOf('Q|'),
  };
}
