import { describe, expect, it } from 'vitest';
import { createProjectIncident } from '../../shared/health/project-incident.ts';
import { createAnnounce } from '../../shared/notices/announce.ts';
import { deliveryRow } from '../../shared/notices/delivery.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { unpackText } from '../../shared/platform/packed.ts';
import { portalPartition, registerPortalOp, type Portal } from '../../shared/portals/portal.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { aPortal } from '../portals/a-portal.ts';
import { aHealthDesk } from './health-desk.ts';

type Asked = Partial<NonNullable<Portal['outbound']>>;

describe('events of incidents and planned changes', () => {
  it('go to the portals that asked for them, by customer, service and kind', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    await desk.ensureMessageCenter(desk.scope);
    await desk.drain();
    const portal = (id: string, customers: number[], asked: Asked): Portal => {
      const outbound = { url: `https://${id}.example/`, secretName: `${id}-out`, ...asked };
      return aPortal({ id, customers: customers.map(desk.id), outbound });
    };
    const portals = [
      portal('plain', [0, 1], {}),
      portal('planner', [0], { classifications: ['planned-change'] }),
      portal('everything', [1], { classifications: ['incident', 'advisory', 'planned-change'] }),
      portal('teams', [0, 1], { services: ['microsoftteams'], classifications: ['incident', 'planned-change'] }),
      portal('elsewhere', [2], { classifications: ['incident', 'planned-change'] }),
    ];
    for (const one of portals) await desk.tables('portals').transact(portalPartition, [registerPortalOp(one)]);
    const registry = createPortalRegistry({ table: desk.tables('portals'), clock: { ...desk.clock } });
    const announce = createAnnounce({
      table: desk.tables('deliveries'),
      bus: desk.bus.bus,
      clock: desk.clock,
      registry,
    });
    const portalIds = async () => (await registry.all()).map(({ id }) => id);
    const project = createProjectIncident({ tables: desk.tables, announce, portalIds });

    const tenants = [desk.tenant(0), desk.tenant(1)];
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants });
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), tenants });
    await desk.cycle(6 * 60);
    for (const { queue, message } of desk.bus.all()) {
      if (queue === 'desk-events') await project(wakeMessageSchema.parse(message.body), desk.scope);
    }
    const rows = [...desk.memory.of('deliveries').partitions.entries()].flatMap(([pk, partition]) =>
      [...partition].filter(([rk]) => rk.startsWith('D|')).map(([rk, stored]) => ({ pk, rk, ...stored })),
    );
    const told = rows.map((row) => {
      const { data } = JSON.parse(unpackText(row.columns)) as { data: { incidentId: string; customerIds: string[] } };
      return `${deliveryRow.fromRow(row).portalId} ${data.incidentId} ${String(data.customerIds.length)}`;
    });
    expect(told.sort()).toEqual(['everything EX1 1', 'everything MC1 1', 'plain EX1 2', 'planner MC1 1']);
  });
});
