import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import type { CaseFollower, CaseWish } from '../../shared/escalations/case-follower.ts';
import { eraseTexts } from '../../shared/escalations/erase-texts.ts';
import type { EscalatableRequest } from '../../shared/escalations/escalatable.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { followRequest } from '../../shared/escalations/follow-request.ts';
import type { EscalationDeps } from '../../shared/escalations/ports.ts';
import { aFiledCase } from './a-filed-case.ts';
import { anAzureCase, id, requestId, ticketName } from './an-azure-case.ts';
import type { CallFault } from './azure-support-simulation.ts';
import { anAzureRequest, aPerson, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const minute = 60_000;

/** An assisted case whose number a person has given. By default it is one that nobody can write on but people. */
async function anAssistedCase({
  request = aRequest(),
  caseNumber = '2611020050001111',
  ...change
}: Partial<EscalationDeps> & { request?: EscalatableRequest; caseNumber?: string } = {}) {
  const desk = await aDesk({ change });
  desk.requests.set(requestId, request);
  await desk.call('escalateRequest', { id: requestId });
  await desk.call('claimEscalation', { id });
  await desk.call('recordFiling', { id, body: { caseNumber } });
  await desk.drain();
  const read = async () => (await desk.call('readEscalation', { id })).body as Escalation;
  return { ...desk, read };
}

/** Takes whatever is written to it, on any case. */
function aPartnerCenter() {
  const written: CaseWish[] = [];
  const partnerCenter: CaseFollower = {
    read: async () => Promise.resolve({ kind: 'absent' }),
    wish: async (_ref, wish) => {
      written.push(wish);
      return Promise.resolve({ kind: 'done' });
    },
  };
  return { written, followers: { azure: partnerCenter, partnerCenter } };
}

const status = (code: number, error: object = {}): CallFault => ({
  kind: 'status',
  status: code,
  body: JSON.stringify({ error }),
});

describe('what the desk itself asks of Microsoft', () => {
  it('is asked also where the texts of the request were erased meanwhile', async () => {
    let isAway = true;
    const desk = await aFiledCase(() => (isAway ? { kind: 'status', status: 503, body: '{}' } : undefined));
    desk.requests.set(requestId, anAzureRequest({ state: 'closed' }));
    await followRequest(desk.deps, requestId, desk.log.scope);
    await desk.pass(minute);
    await eraseTexts(desk.deps, requestId, desk.log.scope);
    isAway = false;
    await desk.pass(60 * minute);
    expect((await desk.read()).state).toBe('closed');
  });
});

describe('an update to Microsoft', () => {
  it('is written on the ticket once, from the partner’s address, and told', async () => {
    const desk = await aFiledCase();
    const answer = await desk.write();
    expect([answer.status, (answer.body as Escalation).toCarry]).toEqual([200, undefined]);
    await desk.drain();
    expect(desk.letters.all).toMatchObject([
      {
        name: `desk-${id}-message-1`,
        direction: 'Inbound',
        sender: 'cases@northlight-cloud.example',
        body: 'The logs are in the share.',
        puts: 1,
      },
    ]);
    expect(await desk.events('wrote-microsoft')).toMatchObject([{ by: 'person-olav', text: 'message-1' }]);
    expect(desk.microsoft.count('communication')).toBe(0);
  });

  it('is the same one when its key comes again, and another one without', async () => {
    const desk = await aFiledCase();
    const headers = { 'idempotency-key': 'k1' };
    const first = await desk.write('One', { headers });
    const again = await desk.write('One', { headers });
    expect(again).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body));
    await expect(desk.write('Two', { headers })).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    await desk.write('One');
    await desk.drain();
    expect(desk.letters.all.map(({ name, puts }) => [name, puts])).toEqual([
      [`desk-${id}-message-1`, 1],
      [`desk-${id}-message-2`, 1],
    ]);
  });

  it.each<[string, CallFault]>([
    ['the answer is lost', { kind: 'lost-after' }],
    ['the call is lost', { kind: 'lost-before' }],
    ['Microsoft fails', status(503)],
    ['Microsoft fails otherwise', status(500)],
    ['Microsoft throttles', status(429)],
    ['a conflict is told', status(409, { code: 'Conflict' })],
    ['a token is refused for a while', status(401, { code: 'ExpiredAuthenticationToken' })],
  ])('is written once although %s', async (_name, fault) => {
    const desk = await aFiledCase((kind, n) => (kind === 'communication-put' && n === 1 ? fault : undefined));
    await desk.write();
    await desk.pass(5 * minute);
    expect(desk.letters.all.map(({ puts }) => puts)).toEqual([1]);
    expect(await desk.events('wrote-microsoft')).toHaveLength(1);
    expect(desk.microsoft.count('communication')).toBeGreaterThan(0);
  });

  it('that was accepted is looked for until it is there', async () => {
    const desk = await aFiledCase();
    desk.letters.state.setUpMs = 30_000;
    await desk.write();
    await desk.drain();
    expect(await desk.events('wrote-microsoft')).toEqual([]);
    await desk.pass(5 * minute);
    expect(await desk.events('wrote-microsoft')).toHaveLength(1);
    expect(desk.letters.all.map(({ name }) => name)).toEqual([`desk-${id}-message-1`]);
  });

  it('goes through in the end after hours of outage', async () => {
    let isOver = false;
    const desk = await aFiledCase((kind) => (!isOver && kind === 'communication-put' ? status(503) : undefined));
    await desk.write();
    await desk.pass(3 * 60 * minute);
    expect(desk.letters.all).toEqual([]);
    isOver = true;
    await desk.pass(11 * minute);
    expect(desk.letters.all.map(({ puts }) => puts)).toEqual([1]);
  });

  it.each<[string, CallFault, string]>([
    ['the plan', status(400, { code: 'InvalidSupportPlan' }), 'plan'],
    ['a missing right', status(403, { code: 'AuthorizationFailed' }), 'rights-missing'],
    ['something else', status(400, { code: 'InvalidData' }), 'rejected'],
  ])('that is refused for %s waits for a person, with what to do', async (_name, fault, code) => {
    const desk = await aFiledCase((kind) => (kind === 'communication-put' ? fault : undefined));
    await desk.write();
    await desk.drain();
    const { toCarry } = await desk.read();
    expect(toCarry).toMatchObject([
      { id: 'message-1', text: 'The logs are in the share.', why: { code, remedy: expect.any(String) as string } },
    ]);
    expect(await desk.events('update-waits')).toHaveLength(1);
    const carried = await desk.call('carryUpdate', { id, update: 'message-1', caller: aPerson('siri') });
    expect((carried.body as Escalation).toCarry).toBeUndefined();
    expect(await desk.events('wrote-microsoft')).toMatchObject([{ by: 'person-siri' }]);
    await desk.call('carryUpdate', { id, update: 'message-1' });
    expect(await desk.events('wrote-microsoft')).toHaveLength(1);
  });

  it('on a ticket that Microsoft has closed waits for a person, and says so', async () => {
    const desk = await aFiledCase();
    desk.microsoft.tickets.get(ticketName)!.status = 'Closed';
    await desk.write();
    await desk.drain();
    expect((await desk.read()).toCarry).toMatchObject([{ why: { code: 'case-closed' } }]);
  });

  it('needs a case that is open', async () => {
    const desk = await anAzureCase();
    await expect(desk.call('writeUpdate', { id, body: { text: 'x' } })).rejects.toMatchObject({
      code: 'illegal-transition',
    });
    await expect(desk.call('writeUpdate', { id: `${requestId}-9`, body: { text: 'x' } })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('whose text was erased meanwhile is not written', async () => {
    const desk = await aFiledCase();
    await desk.write();
    await eraseTexts(desk.deps, requestId, desk.log.scope);
    await desk.drain();
    expect(desk.letters.all).toEqual([]);
  });

  it('on a case that only people can write on is shown until one says that it was carried', async () => {
    const desk = await anAssistedCase();
    const headers = { 'idempotency-key': 'k' };
    const first = await desk.call('writeUpdate', { id, body: { text: 'Any news?' }, headers });
    expect((first.body as Escalation).toCarry).toMatchObject([{ id: 'message-1', text: 'Any news?' }]);
    expect((await desk.call('writeUpdate', { id, body: { text: 'Any news?' }, headers })).body).toEqual(first.body);
    expect((await desk.read()).toCarry).toEqual((first.body as Escalation).toCarry);
    await expect(desk.call('carryUpdate', { id, update: 'message-7' })).rejects.toMatchObject({ code: 'not-found' });
    await desk.call('carryUpdate', { id, update: 'message-1' });
    expect((await desk.read()).toCarry).toBeUndefined();
    expect((await desk.call('writeUpdate', { id, body: { text: 'Any news?' }, headers })).body).toEqual(first.body);
    await desk.drain();
    expect(desk.microsoft.calls).toEqual([]);
  });

  it('is refused where so many wait for a person that the case could hold no more', async () => {
    const desk = await anAssistedCase();
    for (let n = 0; n < limits.textsToCarry; n++)
      await desk.call('writeUpdate', { id, body: { text: `Text ${String(n)}` } });
    const more = desk.call('writeUpdate', { id, body: { text: 'One more' } });
    await expect(more).rejects.toMatchObject({ code: 'illegal-transition' });
    await desk.call('carryUpdate', { id, update: 'message-1' });
    expect((await desk.call('writeUpdate', { id, body: { text: 'One more' } })).status).toBe(200);
  });

  it('on a Microsoft 365 case is shown at once, and Partner Center is not asked about it', async () => {
    const { followers, written } = aPartnerCenter();
    const desk = await anAssistedCase({ followers });
    const answer = await desk.call('writeUpdate', { id, body: { text: 'Any news?' } });
    expect((answer.body as Escalation).toCarry).toMatchObject([{ text: 'Any news?' }]);
    await desk.drain();
    expect(written).toEqual([]);
  });

  it('on a service request of Partner Center is written by the desk', async () => {
    const { followers, written } = aPartnerCenter();
    const request = aRequest({ category: 'billing', service: null });
    const desk = await anAssistedCase({ request, caseNumber: '626112100001111', followers });
    const answer = await desk.call('writeUpdate', { id, body: { text: 'Any news?' } });
    expect((answer.body as Escalation).toCarry).toBeUndefined();
    await desk.drain();
    expect(written).toMatchObject([{ kind: 'message', text: 'Any news?' }]);
  });

  it('that waits loses its text with an erasure', async () => {
    const desk = await anAssistedCase();
    await desk.call('writeUpdate', { id, body: { text: 'Oda Vik says …' } });
    await eraseTexts(desk.deps, requestId, desk.log.scope);
    expect((await desk.read()).toCarry).toMatchObject([{ id: 'message-1' }]);
    expect(JSON.stringify(await desk.read())).not.toContain('Oda');
  });
});
