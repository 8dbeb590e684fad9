import { minuteMs } from '../../shared/core/clock.ts';
import { createAnnounce, type Notice } from '../../shared/notices/announce.ts';
import { createDeliver } from '../../shared/notices/deliver.ts';
import { deliveryRow, type Delivery } from '../../shared/notices/delivery.ts';
import { deliveries } from '../../functions/deliveries.queue.ts';
import type { HttpCall } from '../../shared/platform/http.ts';
import { handleQueue } from '../../shared/platform/queue-handler.ts';
import { sweep, type Place } from '../../shared/platform/sweep.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { portalPartition, registerPortalOp, type Portal } from '../../shared/portals/portal.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { InvocationContext } from '@azure/functions';
import { aSecret, aPortal } from '../portals/a-portal.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus, type BusTrouble, type Held } from '../support/memory-bus.ts';
import { memoryTables, type TableTrouble } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { scriptedHttp, type Scripted } from '../support/scripted-http.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

type DeskOptions = {
  portals?: Portal[];
  answer?: (call: HttpCall) => Scripted | Error | Promise<Scripted | Error>;
  tableTrouble?: TableTrouble;
  busTrouble?: BusTrouble;
  seed?: number;
};

export const aNotice = (more: Partial<Notice> = {}): Notice => ({
  eventId: 'event-1',
  type: 'request.created',
  at: '2026-11-02T09:00:00.000Z',
  data: (portal) => ({ requestId: 'r1', to: portal.id }),
  portalIds: ['harbour'],
  ...more,
});

/** Announcing and delivering over memory ports, with a bus whose messages a test hands out. */
export async function aDesk(options: DeskOptions = {}) {
  const random = seededRandom(options.seed ?? 1);
  const { clock, advance } = movedClock();
  const quiet = { on: false };
  const store = memoryTables({
    before: async (operation) => (quiet.on ? options.tableTrouble?.before?.(operation) : undefined),
    after: async (operation) => (quiet.on ? options.tableTrouble?.after?.(operation) : undefined),
  });
  const bus = memoryBus(clock.now, options.busTrouble);
  const portalTable = store.tables('portals');
  const register = async (portal: Portal) => portalTable.transact(portalPartition, [registerPortalOp(portal)]);
  for (const portal of options.portals ?? [aPortal()]) await register(portal);
  quiet.on = true;

  const { http, calls } = scriptedHttp(options.answer ?? (() => ({ status: 204 })));
  const { log, entries, scope } = capturedLog();
  const table = withWriteTokens(store.tables('deliveries'), seededIds(random));
  const secrets = new Map([['harbour-out', aSecret]]);
  const secretTrouble: { error?: Error } = {};
  const registry = createPortalRegistry({ table: portalTable, clock });
  const announce = createAnnounce({ table, bus: bus.bus, clock, registry });
  const deliver = createDeliver({
    table,
    bus: bus.bus,
    clock,
    random,
    http,
    registry,
    readSecret: async (name) => {
      if (secretTrouble.error) throw secretTrouble.error;
      return secrets.get(name) ?? '';
    },
  });
  const fn = deliveries({ deliver, pages: deliver });
  const handle = handleQueue(fn, { logFor: () => log, ids: seededIds(random) });

  /** Hands one message to the function as the platform does: completed when it returns, abandoned when it throws. */
  const consume = async (held: Held) => {
    bus.take(held);
    try {
      await handle(held.message.body, new InvocationContext({ functionName: fn.name }));
      bus.complete(held);
    } catch {
      bus.abandon(held);
    }
  };
  /** Lets time pass, handing out each message when it is due and sweeping every minute. */
  const pass = async (ms: number) => {
    const end = clock.now() + ms;
    let sweepAt = clock.now() + minuteMs;
    for (;;) {
      for (const held of bus.ready()) await consume(held);
      if (clock.now() >= end) return;
      const next = Math.min(end, sweepAt, Math.max(bus.nextReadyAt() ?? end, clock.now() + 1));
      await advance(next - clock.now());
      if (clock.now() < sweepAt) continue;
      sweepAt += minuteMs;
      const pks = [...store.of('deliveries').partitions.keys()];
      const places = async () => Promise.resolve(pks.map((pk): Place => ({ table: 'deliveries', pk })));
      await sweep({ tables: store.tables, bus: bus.bus, clock, places }, scope).catch(() => undefined);
    }
  };
  const rows = (): Delivery[] =>
    [...store.of('deliveries').partitions.entries()].flatMap(([pk, partition]) =>
      [...partition.entries()]
        .filter(([rk]) => rk.startsWith('D|'))
        .map(([rk, { etag, columns }]) => deliveryRow.fromRow({ pk, rk, etag, columns })),
    );
  const owed = (): string[] =>
    [...store.of('deliveries').partitions.values()].flatMap((partition) =>
      [...partition.keys()].filter((rk) => rk.startsWith('O|')),
    );
  return {
    announce: async (notice: Notice = aNotice()) => announce(notice, scope),
    deliver,
    register,
    secrets,
    secretTrouble,
    pass,
    consume,
    rows,
    owed,
    calls,
    bus,
    store,
    clock,
    entries,
    random,
    scope,
  };
}
