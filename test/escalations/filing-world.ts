import type { EscalatableRequest } from '../../shared/escalations/escalatable.ts';
import { learnCapability, putContract } from '../../shared/escalations/contract-store.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { seededIds } from '../support/seeded.ts';
import { createSimulation } from '../support/simulation.ts';
import { azureSupportSimulation } from './azure-support-simulation.ts';
import { anAzureRequest, partnerTenant, someContracts, subscription } from './builders.ts';
import { callFault, drawFilingFaults, type FilingFaults, type Waking } from './filing-faults.ts';

export type WorldOptions = {
  requests?: number;
  faults?: FilingFaults;
};

const operationRuns = { kind: 'status', status: 200, body: '{"status":"InProgress"}' } as const;

/** What outlives every instance of the desk: storage, the bus, Microsoft, the requests, and what each of them was told. */
export async function createFilingWorld(seed: number, { requests: wanted, faults: given }: WorldOptions = {}) {
  const sim = createSimulation(seed);
  const { random } = sim;
  const drawn = random();
  const waking: Waking = given || drawn < 0.7 ? 'both' : drawn < 0.85 ? 'sweep only' : 'bus only';
  const faults = given ?? drawFilingFaults(random, waking);
  const outside = sim.newProcess('outside');
  const memory = memoryTables({ emptyPage: () => faults.hits('storage answers an empty page') });
  const ids = seededIds(random);
  const clock = sim.clockOf(outside);
  const endless = new Set<string>();
  const setUpMs = [0, 3_000, 3_000, 30_000, 1_200_000][Math.floor(random() * 5)] ?? 0;
  const microsoft = azureSupportSimulation({
    clock,
    partnerTenantId: partnerTenant,
    setUpMs: given ? 3_000 : setUpMs,
    readLagMs: () => (faults.areOver() ? 0 : Math.round(random() * 55_000)),
    fault: ({ url }, kind) => {
      const name = new URL(url).pathname.split('/').at(-1) ?? '';
      if (kind === 'put' && faults.hits('Microsoft never ends the operation')) endless.add(name);
      return (
        callFault(faults, { kind, random }) ?? (kind === 'operation' && endless.has(name) ? operationRuns : undefined)
      );
    },
  });
  const count = wanted ?? (random() < 0.6 ? 1 : 2);
  const requests = new Map<string, EscalatableRequest>();
  for (const letter of ['a', 'b', 'c'].slice(0, count)) {
    const requestId = `${letter}bcdefghijklmnopqrstuvwxy2`;
    requests.set(requestId, anAzureRequest({ requestId }));
  }
  const desk = withWriteTokens(memory.tables('desk'), ids);
  for (const contract of someContracts) await putContract(desk, 'north', contract);
  const proven = {
    connectionId: 'north',
    channel: 'azure-support',
    subscriptionId: subscription,
    state: 'proven',
  } as const;
  await learnCapability({ desk, clock }, proven);
  return {
    ...{ sim, faults, waking, outside, memory, ids, clock, microsoft, requests },
    bus: memoryBus(sim.now),
    scope: capturedLog().scope,
    /** What each request and each portal was told, by event; told anew it must be the same. */
    told: new Map<string, string>(),
    notices: new Map<string, string>(),
    /** What no run may ever show. */
    wrong: [] as string[],
  };
}

export type FilingWorld = Awaited<ReturnType<typeof createFilingWorld>>;

/** Keeps what was told, and says so where it is not what was told before. */
export function tell(
  world: FilingWorld,
  which: 'told' | 'notices',
  { key, what }: { key: string; what: unknown },
): void {
  const known = world[which].get(key);
  const text = JSON.stringify(what);
  if (known !== undefined && known !== text) world.wrong.push(`${key} is told in two ways`);
  world[which].set(key, text);
}
