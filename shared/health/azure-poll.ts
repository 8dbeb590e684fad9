import * as z from 'zod';
import { minuteMs, toIso, type Clock } from '../core/clock.ts';
import type { AzureMember } from '../customers/azure-feed.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import { shardKey } from '../customers/customer.ts';
import type { RelayDeps } from '../customers/relay.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { countAzure } from './azure-counts.ts';
import type { AzureHealthSource } from './azure-health-source.ts';
import { readAzure } from './azure-read.ts';
import {
  azureMemberOf,
  azureRelay,
  azureStateOf,
  azureStateOp,
  azureStateText,
  type AzureManner,
  type AzureState,
} from './azure-shard.ts';
import { tellAzureCustomers } from './azure-tell-customers.ts';
import { healthEvents } from './events.ts';
import { foldCycle } from './fold-cycle.ts';
import { planCycle } from './plan-cycle.ts';
import { readTenants } from './read-tenants.ts';
import { createRecordIncident } from './record-incident.ts';
import type { ServiceHealthSource } from './service-health.ts';
import type { ShardHead } from './shard.ts';
import { tellNews } from './tell-news.ts';
import { wideFindings } from './wide-findings.ts';

type PollAzureDeps = RelayDeps & {
  clock: Clock;
  cloud: DeskCloud;
  customers: Pick<CustomerStore, 'change'>;
  source: AzureHealthSource;
};

const messageSchema = z.object({ kind: z.literal('azure'), connectionId: z.string(), shard: z.number().int() });

/**
 * One cycle of the Azure feed of a shard. The same fold, incidents and lists as for Microsoft 365, in a partition of its own,
 * so that neither feed waits for the other or hides its trouble.
 */
export function createPollAzure(deps: PollAzureDeps): QueueHandler {
  const relay = azureRelay(deps);
  const record = createRecordIncident(deps);
  return async (message, scope) => {
    messageSchema.parse(message.body);
    const baton = await relay.take(message);
    if (!baton || !deps.cloud.connections.some(({ id }) => id === baton.head.value.connectionId)) return;
    const { connectionId, shard, untold = [] } = baton.head.value;
    const before = azureStateOf(baton.state);
    const late = await tellAzureCustomers(deps.customers, { head: baton.head.value, state: before }, untold);

    const now = deps.clock.now();
    const members = baton.members.map(azureMemberOf);
    const manners: Record<string, AzureManner> = {};
    const source = sourceOf(deps, { members, before, manners, now });
    const { findings } = baton.head.value;
    const plan = planCycle({ head: baton.head.value, state: before, now }, members);
    const outcomes = await readTenants({ source, clock: deps.clock }, plan, findings !== undefined);
    const wide = wideFindings(outcomes, { before: findings, now });
    const { explained } = wide;
    const folded = foldCycle({ head: baton.head.value, state: before, members, outcomes, explained, now });
    const healthShard = shardKey(connectionId, shard);
    await tellNews(deps.tables('health'), { healthShard, news: folded.issues, record, now }, scope);

    const state: AzureState = { ...folded.state, manners };
    const gone = Object.keys(before.tenants).filter((id) => !(id in state.tenants));
    const changed = new Set([...folded.customers, ...late.filter((id) => id in state.tenants), ...gone]);
    const counted = headAfter(deps, { connectionId, shard, members, state, untold: changed, now });
    const head = { ...counted, ...(wide.findings.length > 0 && { findings: wide.findings }) };
    const text = azureStateText(state);
    const ops = text === azureStateText(before) ? [] : [azureStateOp(text)];
    const dueAt = Math.max(now + deps.cloud.healthPollMinutes * minuteMs, deps.clock.now(), wide.pauseUntil);
    if (!(await relay.pass(baton, { head, dueAt, ops }, scope))) {
      scope.log(healthEvents.cycleRace, { shard: baton.pk });
      return;
    }
    await tellAzureCustomers(deps.customers, { head, state }, changed);
    const failed = [...outcomes.values()].filter(({ kind }) => kind === 'failed').length;
    scope.log(healthEvents.cycle, { shard: baton.pk, tenants: members.length, failed });
  };
}

type Reading = {
  members: readonly AzureMember[];
  before: AzureState;
  /** Filled while tenants are read; one that could not be read keeps what worked before. */
  manners: Record<string, AzureManner>;
  now: number;
};

function sourceOf({ source }: PollAzureDeps, { members, before, manners, now }: Reading): ServiceHealthSource {
  const byTenant = new Map(members.map((member) => [member.tenantId, member]));
  for (const { customerId } of members) {
    const known = before.manners[customerId];
    if (known) manners[customerId] = known;
  }
  return async ({ connectionId, tenantId, changedAfter, way }) => {
    const { customerId, subscriptionIds } = byTenant.get(tenantId) ?? { customerId: '', subscriptionIds: [] };
    const tenant = { connectionId, tenantId, subscriptionIds, changedAfter, way };
    const { reading, manner } = await readAzure(source, tenant, { before: manners[customerId] ?? {}, now });
    manners[customerId] = manner;
    return reading;
  };
}

type Ended = {
  connectionId: string;
  shard: number;
  members: readonly AzureMember[];
  state: AzureState;
  untold: ReadonlySet<string>;
  now: number;
};

function headAfter({ cloud }: PollAzureDeps, { connectionId, shard, members, state, untold, now }: Ended): ShardHead {
  const cycleAt = toIso(now);
  const ids = members.map(({ customerId }) => customerId);
  const at = { now, pollMinutes: cloud.healthPollMinutes };
  return {
    connectionId,
    shard,
    cycleAt,
    tenants: members.length,
    ...countAzure({ head: { cycleAt }, state }, ids, at),
    ...(untold.size > 0 && { untold: [...untold] }),
  };
}
