import { describe, expect, it } from 'vitest';
import { createProjectIncident, type AnnounceIncident } from '../../shared/health/project-incident.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { aHealthDesk } from './health-desk.ts';

type Told = { eventId: string; portalId: string; customerIds: unknown };

/** An incident of two customers of two portals, and what each portal is told of it, by as many workers. */
async function toldBy(workers: number) {
  const desk = aHealthDesk();
  await desk.begin(3);
  desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0), desk.tenant(1)] });
  await desk.cycle();
  const portals = [
    { id: 'harbour', customers: new Set([desk.id(0)]) },
    { id: 'meadow', customers: new Set([desk.id(1)]) },
    { id: 'third', customers: new Set([desk.id(2)]) },
  ];
  const told: Told[] = [];
  const announce: AnnounceIncident = async ({ eventId, data, portalIds }) => {
    for (const portal of portals.filter(({ id }) => portalIds.includes(id))) {
      const shown = data(portal);
      if (shown) told.push({ eventId, portalId: portal.id, customerIds: shown.customerIds });
    }
    return Promise.resolve();
  };
  const portalIds = async () => Promise.resolve(portals.map(({ id }) => id));
  const project = createProjectIncident({ tables: desk.tables, announce, portalIds });
  const held = desk.bus.all().find(({ queue }) => queue === 'desk-events');
  const message = wakeMessageSchema.parse(held!.message.body);
  await Promise.all(Array.from({ length: workers }, async () => project(message, desk.scope)));
  await project(message, desk.scope);
  return { told, desk };
}

describe('an incident’s event', () => {
  it('has an id of its own for each portal, since each is told of its own customers', async () => {
    const { told, desk } = await toldBy(1);
    expect(told.map(({ portalId, customerIds }) => [portalId, customerIds])).toEqual([
      ['harbour', [desk.id(0)]],
      ['meadow', [desk.id(1)]],
    ]);
    expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(2);
  });

  it('has the same id for a portal, however often it is brought', async () => {
    const { told } = await toldBy(2);
    const ids = Map.groupBy(told, ({ portalId }) => portalId);
    expect([...ids.values()].map((group) => new Set(group.map(({ eventId }) => eventId)).size)).toEqual([1, 1]);
  });
});
