import { describe, expect, it } from 'vitest';
import type { Notice } from '../../shared/notices/announce.ts';
import type { Portal } from '../../shared/portals/portal.ts';
import { aPortal } from '../portals/a-portal.ts';
import { aDesk, aNotice } from './a-desk.ts';

type Outbound = NonNullable<Portal['outbound']>;
const opened = (classification: string) => ({
  type: 'incident.opened' as const,
  incident: { service: 'Exchange', classification },
});
const [incident, advisory, change] = [opened('incident'), opened('advisory'), opened('planned-change')];

const meadow = aPortal({ id: 'meadow', outbound: { url: 'https://meadow.example/', secretName: 'harbour-out' } });

describe('announce', () => {
  it('owes each portal its own body, with one transaction each and one send', async () => {
    const { announce, rows, owed, store, bus } = await aDesk({ portals: [aPortal(), meadow] });
    await announce(aNotice({ portalIds: ['harbour', 'meadow', 'harbour'] }));
    expect(rows()).toMatchObject([
      { eventId: 'event-1', portalId: 'harbour', state: 'pending', tries: 0 },
      { eventId: 'event-1', portalId: 'meadow', state: 'pending', tries: 0 },
    ]);
    expect(owed()).toHaveLength(2);
    expect(store.of('deliveries').counts).toMatchObject({ transact: 2, get: 0, query: 0 });
    expect(bus.counts).toEqual({ sends: 1, messages: 2 });
    expect(store.of('deliveries').partitions.size).toBe(1);
  });

  it('twice changes nothing, whatever it says the second time', async () => {
    const { announce, pass, rows, calls, bus } = await aDesk();
    await announce();
    await announce(aNotice({ data: () => ({ other: true }) }));
    expect(bus.counts.messages).toBe(1);
    await pass(1_000);
    await announce();
    await pass(600_000);
    expect(rows()).toHaveLength(1);
    expect(calls).toHaveLength(1);
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
      type: 'request.created',
      timestamp: '2026-11-02T09:00:00.000Z',
      data: { requestId: 'r1', to: 'harbour' },
    });
  });

  it('owes nothing to a portal without endpoint, of other types, unknown, or not to be told', async () => {
    const silent = { ...aPortal({ id: 'silent' }) };
    delete silent.outbound;
    const types = ['incident.opened'];
    const other = aPortal({ id: 'other', outbound: { url: 'https://o.example/', secretName: 'x', types } });
    const { announce, rows, bus } = await aDesk({ portals: [aPortal(), silent, other] });
    const data = (portal: { id: string }) => (portal.id === 'harbour' ? undefined : {});
    await announce(aNotice({ portalIds: ['harbour', 'silent', 'other', 'desk'], data }));
    expect(rows()).toEqual([]);
    expect(bus.counts.sends).toBe(0);
  });

  it.each<[string, { asks?: Partial<Outbound>; notice: Partial<Notice> }, boolean]>([
    ['an incident, to one that names nothing', { notice: incident }, true],
    ['an advisory, to one that names nothing', { notice: advisory }, true],
    ['a planned change, to one that names nothing', { notice: change }, false],
    ['a planned change, to one that names its type', { asks: { types: ['incident.opened'] }, notice: change }, false],
    [
      'a planned change, to one that names them',
      { asks: { classifications: ['planned-change'] }, notice: change },
      true,
    ],
    [
      'an incident, to one that names those alone',
      { asks: { classifications: ['planned-change'] }, notice: incident },
      false,
    ],
    ['an advisory, to one that names incidents', { asks: { classifications: ['incident'] }, notice: advisory }, false],
    ['an incident of a service that is named', { asks: { services: ['Exchange', 'azure'] }, notice: incident }, true],
    ['an incident of another service', { asks: { services: ['microsoftteams'] }, notice: incident }, false],
    [
      'what fits all but the type',
      { asks: { types: ['incident.resolved'], services: ['Exchange'] }, notice: incident },
      false,
    ],
    [
      'a request, to one that names services',
      { asks: { services: ['azure'], classifications: ['incident'] }, notice: {} },
      true,
    ],
  ])('tells, or does not tell, of %s', async (_name, { asks, notice }, isTold) => {
    const portal = aPortal({ outbound: { url: 'https://h.example/', secretName: 'harbour-out', ...asks } });
    const { announce, rows } = await aDesk({ portals: [portal] });
    await announce(aNotice(notice));
    expect(rows()).toHaveLength(isTold ? 1 : 0);
  });

  it('refuses an event id that no strict receiver would take', async () => {
    const { announce } = await aDesk();
    await expect(announce(aNotice({ eventId: 'a.b' }))).rejects.toThrow('event id');
  });

  it('holds a body of many customers', async () => {
    const { announce, pass, calls } = await aDesk();
    const customerIds = Array.from({ length: 5_000 }, (_, index) => `c${String(index * 7_919).padStart(20, '0')}`);
    await announce(aNotice({ type: 'incident.opened', data: () => ({ customerIds }) }));
    await pass(1_000);
    expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({ data: { customerIds } });
  });
});
