import { createProjectIncident } from '../../shared/health/project-incident.ts';
import { createAnnounce } from '../../shared/notices/announce.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { portalPartition, registerPortalOp } from '../../shared/portals/portal.ts';
import { aPortal } from '../portals/a-portal.ts';
import type { HealthDesk } from './health-desk.ts';

/** Portals that see every customer, and are told by webhook. */
export async function registerPortals(desk: HealthDesk, portalIds: readonly string[]): Promise<void> {
  const outbound = { url: 'https://portal.example/hook', secretName: 'out' };
  const portals = portalIds.map((id) => registerPortalOp(aPortal({ id, customers: 'all', outbound })));
  await desk.tables('portals').transact(portalPartition, portals);
}

/** Handles what is owed to portals by the desk's own projection; returns the events handled and the notices that they made. */
export async function announceAll(desk: HealthDesk, portalIds: readonly string[]) {
  const { tables, clock } = desk;
  const registry = createPortalRegistry({ table: tables('portals'), clock });
  const announce = createAnnounce({ table: tables('deliveries'), bus: desk.bus.bus, clock, registry });
  const project = createProjectIncident({ tables, announce, portalIds: async () => Promise.resolve([...portalIds]) });
  const deliveries = desk.memory.of('deliveries').partitions;
  const rows = () =>
    [...deliveries].flatMap(([pk, partition]) =>
      [...partition.keys()].filter((rk) => rk.startsWith('D|')).map((rk) => `${pk} ${rk}`),
    );
  const before = new Set(rows());
  let events = 0;
  for (const held of desk.bus.all().filter(({ queue }) => queue === 'desk-events')) {
    await project(wakeMessageSchema.parse(held.message.body), desk.scope);
    desk.bus.complete(held);
    events++;
  }
  return { events, notices: rows().filter((row) => !before.has(row)).length };
}
