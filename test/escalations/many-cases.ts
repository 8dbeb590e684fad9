import { escalationsQueue } from '../../functions/escalations.queue.ts';
import { escalationPorts } from '../../functions/desk-microsoft.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { clouds } from '../../shared/customers/cloud.ts';
import { azureSupportFollower } from '../../shared/escalations/azure-follower.azuresupport.ts';
import { azureSupportChannel } from '../../shared/escalations/azure-support.azuresupport.ts';
import { learnCapability, putContract } from '../../shared/escalations/contract-store.ts';
import { createEscalate } from '../../shared/escalations/escalate.ts';
import { escalationsOf } from '../../shared/escalations/escalation-store.ts';
import type { EscalationDeps } from '../../shared/escalations/ports.ts';
import { createProjectEscalation } from '../../shared/escalations/project-escalation.ts';
import { toBase32 } from '../../shared/core/hash.ts';
import { createCircuits } from '../../shared/platform/circuit.ts';
import { createEntraTokens } from '../../shared/platform/entra-tokens.entra.ts';
import { HttpFailure, type Http, type HttpAnswer } from '../../shared/platform/http.ts';
import { markingFailures } from '../../shared/platform/marking-failures.ts';
import { sweepPartition, type WakeMessage } from '../../shared/platform/outbox.ts';
import { postponing } from '../../shared/platform/postpone.ts';
import { shardPlaces } from '../../shared/platform/sweep.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus, type Held } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { azureSupportSimulation, managementBaseUrl } from './azure-support-simulation.ts';
import {
  aConnection,
  aContact,
  aCustomer,
  anAzureRequest,
  aPerson,
  partnerTenant,
  someContracts,
  subscription,
  openGate,
} from './builders.ts';

const secondMs = 1_000;
const minuteMs = 60_000;
const authority = 'https://entra.example';
/** As in host.json. */
const maxConcurrentCalls = 4;

/** Azure Resource Manager's published limits for one principal in one subscription: a bucket that is filled again each second. */
function bucket(now: () => number, { size, perSecond }: { size: number; perSecond: number }) {
  let left = size;
  let at = now();
  return (): boolean => {
    left = Math.min(size, left + ((now() - at) / secondMs) * perSecond);
    at = now();
    if (left < 1) return false;
    left--;
    return true;
  };
}

/** What of the world around the desk is down. */
export type Down = 'support' | 'entra' | 'bus' | 'timers';

/**
 * Two instances of the desk with many cases in one subscription, in virtual time, with the host's rules: four messages at a time,
 * abandoned when thrown at, dead after ten deliveries; and Microsoft with its published limits.
 */
export async function manyCases(count: number) {
  const moved = movedClock();
  const { clock } = moved;
  const random = seededRandom(11);
  const ids = seededIds(random);
  const stores = memoryTables();
  const held = memoryBus(clock.now);
  const { scope } = capturedLog();
  const down = new Set<Down>();
  const reads = bucket(clock.now, { size: 250, perSecond: 25 });
  const writes = bucket(clock.now, { size: 200, perSecond: 10 });
  const microsoft = azureSupportSimulation({ clock, partnerTenantId: partnerTenant });
  const seen = { support: 0, entra: 0, throttled: 0, thrown: 0 };

  const support: Http = async (call) => {
    seen.support++;
    if (down.has('support')) {
      // One in three is silent, the others say so at once.
      if (random() > 1 / 3) return { status: 503, headers: {}, body: '' };
      await clock.sleep(call.timeoutMs);
      throw new HttpFailure('timeout', 'no whole answer in time');
    }
    await clock.sleep(200);
    if (!(call.method === 'GET' ? reads : writes)()) {
      seen.throttled++;
      return { status: 429, headers: { 'retry-after': '10' }, body: '' };
    }
    return microsoft.http(call);
  };
  const entra: Http = async ({ url }) => {
    seen.entra++;
    if (down.has('entra')) throw new HttpFailure('network', 'gone');
    await clock.sleep(100);
    const tenantId = url.slice(authority.length + 1).split('/')[0] ?? '';
    const body = JSON.stringify({ access_token: `token-of-${tenantId}`, expires_in: 3_599 });
    return { status: 200, headers: {}, body } satisfies HttpAnswer;
  };
  const http: Http = async (call) => (call.url.startsWith(authority) ? entra(call) : support(call));
  const bus = {
    send: async (...[queue, messages]: Parameters<typeof held.bus.send>) => {
      if (down.has('bus')) throw unavailable('bus', undefined);
      await held.bus.send(queue, messages);
    },
  };

  const anInstance = () => {
    const circuits = createCircuits(clock);
    const { tokens } = createEntraTokens({
      http,
      clock,
      authority,
      audiences: { graph: 'https://graph.example', partnercenter: 'https://pc.example', azure: managementBaseUrl },
      connections: [{ id: 'north', tenantId: partnerTenant, clientId: 'desk' }],
      clientAssertion: async () => Promise.resolve('of the identity'),
      readSecret: async () => Promise.reject(unavailable('vault', undefined)),
    });
    const cloud = {
      cloud: 'global' as const,
      connections: [],
      endpoints: { ...clouds.global, azureManagementBaseUrl: managementBaseUrl },
      healthPollMinutes: 5,
      customerSyncMinutes: 60,
    };
    const support = { ...escalationPorts({ http, clock, tokens }, cloud, circuits), clock, managementBaseUrl };
    const deps: EscalationDeps = {
      tables: (name) => withWriteTokens(stores.tables(name), ids),
      bus,
      clock,
      random,
      cloud: 'global',
      requests: {
        isKnown: async () => Promise.resolve(true),
        readForEscalation: async (requestId) => Promise.resolve(anAzureRequest({ requestId })),
        applyEscalation: async () => Promise.resolve(),
      },
      customers: { byId: async () => Promise.resolve(aCustomer()) },
      connections: () => aConnection(),
      contact: async () => Promise.resolve(aContact()),
      openIncidents: async () => Promise.resolve([]),
      ...openGate,
      channel: azureSupportChannel(support),
      followers: { azure: azureSupportFollower({ ...support, sender: async () => Promise.resolve(aContact().email) }) },
      announce: async () => Promise.resolve(),
      // Once a day, so that only filings are counted.
      caseSyncMinutes: 24 * 60,
    };
    const whole = (queue: Held['queue'], handle: Parameters<typeof postponing>[0]['handle']) =>
      markingFailures(postponing({ name: queue, queue, handle }, deps), { tables: stores.tables, clock }).handle;
    const handlers = {
      escalations: whole('escalations', escalationsQueue(deps).handle),
      'desk-events': whole('desk-events', createProjectEscalation(deps)),
    };
    return { deps, circuits, busy: { escalations: 0, 'desk-events': 0 }, handlers };
  };
  const instances = [anInstance(), anInstance()];
  const [first] = instances;
  if (!first) throw new Error('no instance');
  const desk = first.deps.tables('desk');
  for (const contract of someContracts) await putContract(desk, 'north', contract);
  await learnCapability(
    { desk, clock },
    { connectionId: 'north', channel: 'azure-support', subscriptionId: subscription, state: 'proven' },
  );

  const consume = async (one: Held, instance: ReturnType<typeof anInstance>): Promise<void> => {
    const queue = one.queue as keyof typeof instance.handlers;
    instance.busy[queue]++;
    held.take(one);
    try {
      await instance.handlers[queue](one.message.body as WakeMessage, scope);
      held.complete(one);
    } catch {
      seen.thrown++;
      held.abandon(one);
    }
    instance.busy[queue]--;
  };

  const handOut = (): boolean => {
    let isAny = false;
    if (down.has('bus')) return false;
    for (const one of held.ready()) {
      const able = instances.filter(({ busy }) => busy[one.queue as keyof typeof busy] < maxConcurrentCalls);
      const instance = able[Math.floor(random() * able.length)];
      if (!instance) continue;
      void consume(one, instance);
      isAny = true;
    }
    return isAny;
  };
  const settled = async () => new Promise((resolve) => setImmediate(resolve));

  const requestIds = Array.from({ length: count }, () => toBase32(ids.bytes(16)).slice(0, 26));
  let sweepAt = clock.now() + minuteMs;
  return {
    ...{ down, seen, held, microsoft },
    /** Upstreams that each instance leaves alone. */
    open: () => instances.map(({ circuits }) => circuits.open().map(({ upstream }) => upstream)),
    /** Escalates each of the requests. */
    escalateAll: async () => {
      const escalate = createEscalate(first.deps);
      for (const requestId of requestIds) {
        await escalate({ requestId, body: {}, caller: aPerson('olav'), headers: new Headers(), scope });
      }
    },
    states: async () => {
      const counted = new Map<string, number>();
      for (const requestId of requestIds) {
        for (const { state } of await escalationsOf(first.deps.tables('escalations'), requestId)) {
          counted.set(state, (counted.get(state) ?? 0) + 1);
        }
      }
      return Object.fromEntries(counted);
    },
    pass: async (ms: number): Promise<void> => {
      const end = clock.now() + ms;
      for (;;) {
        while (handOut()) await settled();
        if (clock.now() >= sweepAt) {
          sweepAt += minuteMs;
          if (down.has('timers')) continue;
          for (const place of shardPlaces('escalations')) {
            await sweepPartition({ bus, clock, table: stores.tables('escalations') }, place, scope);
          }
          continue;
        }
        const isFull = instances.every(({ busy }) => busy.escalations >= maxConcurrentCalls);
        const next = down.has('bus') ? undefined : held.nextReadyAt();
        // A message that waits for a free hand is ready already.
        const times = [
          isFull || next === undefined ? undefined : Math.max(next, clock.now() + 1),
          moved.nextAt(),
          sweepAt,
          end,
        ];
        const to = Math.min(...times.filter((at) => at !== undefined));
        if (clock.now() >= end) return;
        await moved.advance(to - clock.now());
      }
    },
  };
}
