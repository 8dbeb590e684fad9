import { fromIso, minuteMs, toIso, type Clock } from '../core/clock.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { DeskCloud } from './cloud.ts';
import type { CustomerStore } from './customer-store.ts';
import { customerIdOf } from './customer.ts';
import { hintOf, putHints, type HintValue } from './hint.ts';
import { mustHint } from './hint-again.ts';
import { directoryPartition, directoryRelay, type Directory } from './directory.ts';
import { turnsOf } from './directory-turns.ts';
import { isHeld, type HeldBaton, type RelayDeps } from './relay.ts';

/**
 * Says that something may have changed at Partner Center. A hint is never believed, only followed: what it names is read again.
 */
export type DirectoryHints = {
  /** A tenant that nobody knows yet is asked for through every connection. */
  customer(tenantId: string, scope: Scope): Promise<void>;
  /** The whole list of a connection is read now. */
  directory(connectionId: string, scope: Scope): Promise<void>;
};

type HintsDeps = RelayDeps & { clock: Clock; cloud: DeskCloud; store: Pick<CustomerStore, 'get'> };

export function createDirectoryHints(deps: HintsDeps): DirectoryHints {
  const table = deps.tables('customers');
  return {
    customer: async (tenantId, scope) => {
      const id = tenantId.toLowerCase();
      const known = await deps.store.get(customerIdOf(deps.cloud.cloud, id));
      const own = deps.cloud.connections.filter((one) => known === undefined || one.id === known.connectionId);
      const hint: HintValue = { tenantId: id, what: 'customer' };
      for (const connection of own) {
        const now = deps.clock.now();
        if (await isNeeded(deps, connection.id, hint)) await putHints(table, connection.id, { hints: [hint], now });
        await wake(deps, connection.id, { change: (head) => head, scope });
      }
    },
    directory: async (connectionId, scope) => {
      const change = (head: HeldBaton<Directory>['head']['value']): Directory => {
        const now = deps.clock.now();
        const turns = turnsOf(head, now);
        return { ...head, turns: { ...turns, list: { ...turns.list, dueAt: toIso(now) } } };
      };
      await wake(deps, connectionId, { change, scope });
    },
  };
}

/** The same hint again and again is one hint, or few: see `mustHint`. */
async function isNeeded(deps: HintsDeps, connectionId: string, { tenantId, what }: HintValue): Promise<boolean> {
  const baton = await directoryRelay(deps).read(directoryPartition(connectionId));
  const waiting = baton.members.map(hintOf).filter((one) => one.tenantId === tenantId && one.what === what);
  const isRunning = isHeld(baton) && fromIso(baton.head.value.dueAt) <= deps.clock.now();
  return mustHint(waiting.length, isRunning);
}

const wakes = 3;
/** A relay that wakes this soon by itself needs no other wake: many hints at once are one turn. */
const soonMs = minuteMs;

type Waking = { change: (head: HeldBaton<Directory>['head']['value']) => Directory; scope: Scope };

/** Makes the directory's next turn due now. Where it is running, the change waits for the end of that turn. */
async function wake(deps: HintsDeps, connectionId: string, { change, scope }: Waking): Promise<void> {
  const relay = directoryRelay(deps);
  for (let attempt = 0; attempt < wakes; attempt++) {
    const baton = await relay.read(directoryPartition(connectionId));
    if (!isHeld(baton)) return;
    const now = deps.clock.now();
    const before = baton.head.value;
    const head = change(before);
    const pacedUntil = fromIso(before.pacedUntil ?? toIso(0));
    const isSoon = fromIso(before.dueAt) - now <= soonMs;
    if (isSoon && head === before) return;
    if (await relay.pass(baton, { head, dueAt: Math.max(now, pacedUntil) }, scope)) return;
  }
}
