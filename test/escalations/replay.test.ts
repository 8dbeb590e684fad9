import { describe, expect, it } from 'vitest';
import { eraseTexts } from '../../shared/escalations/erase-texts.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { cancelWithdrawn } from '../../shared/escalations/withdraw.ts';
import type { Answer } from '../../shared/platform/route.ts';
import { threePortals, type ThreePortals } from '../support/three-portals.ts';
import { anAzureCase } from './an-azure-case.ts';
import { aPerson, anAzureRequest, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const requestId = 'abcdefghijklmnopqrstuvwxy2';
const id = `${requestId}-1`;
const reason = 'Kari Nordmann says that the board waits';
const headers = { 'idempotency-key': 'k-1' };
type Cost = ReturnType<ThreePortals['cost']>;
const plain = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer.body));

async function anOverriddenCase() {
  const desk = await aDesk();
  desk.requests.set(requestId, aRequest());
  const begin = async () =>
    desk.call('escalateRequest', { id: requestId, body: { vehicle: 'advanced', reason }, headers });
  return { ...desk, begin, first: await begin() };
}

describe('a kept answer', () => {
  it('holds no names and no free text, which are joined again', async () => {
    const desk = await anOverriddenCase();
    const claimed = await desk.call('claimEscalation', { id, headers });
    const caseNumber = '2611020030000042';
    const filed = await desk.call('recordFiling', { id, body: { caseNumber }, headers });
    const kept = [...(desk.stores.of('escalations').partitions.get('00') ?? [])].filter(([rk]) =>
      rk.includes('|told|'),
    );
    expect(kept).toHaveLength(3);
    // The ids of people begin with `person-`.
    expect(JSON.stringify(kept)).not.toMatch(/Kari|board|"olav|Halvorsen|Outbound/);

    const again = await desk.begin();
    expect(again).toMatchObject({ headers: { 'idempotent-replayed': 'true' }, body: { override: { reason } } });
    expect(plain(again)).toEqual(plain(desk.first));
    expect(plain(await desk.call('claimEscalation', { id, headers }))).toEqual(plain(claimed));
    expect(claimed.body).toMatchObject({ claim: { by: 'olav' } });
    expect(plain(await desk.call('recordFiling', { id, body: { caseNumber }, headers }))).toEqual(plain(filed));
  });

  it('holds the text that is prepared for a late case where an erasure finds it', async () => {
    const desk = await anOverriddenCase();
    await desk.call('claimEscalation', { id });
    await desk.call('recordFiling', { id, body: { caseNumber: '2611020030000042' } });
    await desk.pass(7 * 24 * 3_600_000);
    const write = async () => desk.call('writeUpdate', { id, body: { text: 'How is it?' }, headers });
    const first = await write();
    expect(first.body).toMatchObject({ nextStep: { text: expect.stringContaining('Outbound') as string } });
    expect(plain(await write())).toEqual(plain(first));
    await eraseTexts(desk.deps, requestId, desk.log.scope);
    const rows = [...(desk.stores.of('escalations').partitions.get('00') ?? [])];
    expect(JSON.stringify(rows)).not.toMatch(/Outbound|Kari/);
    const again = plain(await write()) as Escalation;
    expect(again.nextStep).toMatchObject({ what: 'nudge-microsoft' });
    expect(again.nextStep).not.toHaveProperty('text');
  });

  it('names the claimant of then, also once another has taken over', async () => {
    const desk = await anOverriddenCase();
    const first = await desk.call('claimEscalation', { id, headers });
    await desk.pass(41 * 60_000);
    await desk.call('claimEscalation', { id, caller: aPerson('signe'), body: { looked: true } });
    expect(plain(await desk.call('claimEscalation', { id, headers }))).toEqual(plain(first));
  });

  it('names the claimant of then to others too, who had no part in it', async () => {
    const desk = await anOverriddenCase();
    await desk.call('claimEscalation', { id });
    const asked = { id: requestId, caller: aPerson('signe'), headers };
    const first = await desk.call('escalateRequest', asked);
    expect(first.body).toMatchObject({ claim: { by: 'olav' } });
    await desk.pass(41 * 60_000);
    await desk.call('claimEscalation', { id, caller: aPerson('berit'), body: { looked: true } });
    expect(plain(await desk.call('escalateRequest', asked))).toEqual(plain(first));
  });

  it('of the version before, which stood elsewhere, is given again too', async () => {
    const desk = await anOverriddenCase();
    const claimed = await desk.call('claimEscalation', { id, headers });
    const rows = desk.stores.of('escalations').partitions.get('00')!;
    for (const [rk, row] of [...rows].filter(([key]) => key.includes('|told|'))) {
      rows.delete(rk);
      rows.set(rk.replace(/^.*\|told/, 'I'), row);
    }
    expect(plain(await desk.begin())).toEqual(plain(desk.first));
    expect(plain(await desk.call('claimEscalation', { id, headers }))).toEqual(plain(claimed));
  });

  it('is given to a twin that was held up until the first call was answered and taken back', async () => {
    const desk = await anAzureCase();
    const other = `b${requestId.slice(1)}`;
    desk.requests.set(other, anAzureRequest({ requestId: other }));
    const ports = desk.deps.requests;
    const readForEscalation = ports.readForEscalation.bind(ports);
    const call = { id: other, headers };
    let first: Answer | undefined;
    ports.readForEscalation = async (read) => {
      ports.readForEscalation = readForEscalation;
      first = await desk.call('escalateRequest', call);
      desk.requests.set(other, anAzureRequest({ requestId: other, state: 'closed' }));
      await cancelWithdrawn(desk.deps, other, desk.log.scope);
      await desk.drain();
      expect((await desk.call('readEscalation', { id: `${other}-1` })).body).toMatchObject({ state: 'cancelled' });
      return readForEscalation(read);
    };
    const twin = await desk.call('escalateRequest', call);
    expect(twin).toMatchObject({ status: 202, headers: { 'idempotent-replayed': 'true' } });
    expect(plain(twin)).toEqual(plain(first!));
    const anew = desk.call('escalateRequest', { id: other, headers: { 'idempotency-key': 'k-2' } });
    await expect(anew).rejects.toMatchObject({ code: 'escalation-not-ready' });
  });

  it('does not grow what a read of the escalation reads', async () => {
    const desk = await anOverriddenCase();
    const { counts } = desk.stores.of('escalations');
    const rowsOfARead = async () => {
      counts.rows = 0;
      await desk.call('readEscalation', { id });
      return counts.rows;
    };
    await desk.call('claimEscalation', { id, headers });
    const before = await rowsOfARead();
    await desk.call('claimEscalation', { id, headers: { 'idempotency-key': 'k-2' } });
    expect(await rowsOfARead()).toBe(before);
  });
});

describe('a keyed call over the whole desk', () => {
  const between = (before: Cost, after: Cost) => ({
    reads: after.gets + after.queries - before.gets - before.queries,
    writes: after.transactions - before.transactions,
    sends: after.sends - before.sends,
  });
  async function aCase() {
    const desk = await threePortals();
    const { requestId: request, escalationId } = desk.created.north;
    const post = async (path: string, body: object) => {
      const before = desk.cost();
      const { status, headers: told } = await desk.call('POST', path, { as: desk.tokens.operator, body, headers });
      return { status, replayed: told['idempotent-replayed'], cost: between(before, desk.cost()) };
    };
    return { post, calls: callsOn(request, escalationId) };
  }
  const callsOn = (request: string, escalation: string) =>
    [
      ['the escalation of a request', `/api/requests/${request}/escalation`, {}],
      ['the claim of an escalation', `/api/escalations/${escalation}/claim`, {}],
      ['the filing of an escalation', `/api/escalations/${escalation}/filing`, { caseNumber: '2611020030000042' }],
    ] as const;

  it('that is repeated costs two reads, changes nothing and sends nothing; so does its 409', async () => {
    const { post, calls } = await aCase();
    for (const [, path, body] of calls) {
      expect((await post(path, body)).replayed).toBeUndefined();
      const again = await post(path, body);
      expect(again).toMatchObject({ replayed: 'true', cost: { reads: 2, writes: 0, sends: 0 } });
    }
    const other = await post(calls[2][1], { caseNumber: '2611020030000043' });
    expect(other).toMatchObject({ status: 409, cost: { reads: 2, writes: 0, sends: 0 } });
  });

  it.each(callsOn('zbcdefghijklmnopqrstuvwxy2', 'zbcdefghijklmnopqrstuvwxy2-1'))(
    'on %s that nobody knows costs one read',
    async (_name, path, body) => {
      const { post } = await aCase();
      expect(await post(path, body)).toMatchObject({ status: 404, cost: { reads: 1, writes: 0, sends: 0 } });
    },
  );
});
