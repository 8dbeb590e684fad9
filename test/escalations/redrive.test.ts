import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/core/errors.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { TokenFailure, type TokenSource } from '../../shared/platform/tokens.ts';
import { azureSupportChannel } from '../../shared/escalations/azure-support.azuresupport.ts';
import { knownTokens, managementBaseUrl, type CallFault } from './azure-support-simulation.ts';
import { anAzureRequest, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const requestId = 'abcdefghijklmnopqrstuvwxy2';
const id = `${requestId}-1`;
const name = `desk-${id}`;
const minute = 60_000;
const hour = 60 * minute;

const refused = (status: number, code = 'Whatever'): CallFault => ({
  kind: 'status',
  status,
  body: JSON.stringify({ error: { code, message: 'no' } }),
});

async function anAzureCase(fault?: (kind: string) => CallFault | undefined) {
  const desk = await aDesk(fault && { fault });
  desk.requests.set(requestId, anAzureRequest());
  await desk.call('escalateRequest', { id: requestId });
  const read = async () => (await desk.call('readEscalation', { id })).body as Escalation;
  return { ...desk, read };
}

const codeOf = async (work: Promise<unknown>) => {
  const error = await work.catch((thrown: unknown) => thrown);
  return isAppError(error) ? error.code : 'none';
};

describe('a refusal that may pass', () => {
  it.each<[string, number]>([
    ['services', 401],
    ['services', 403],
    ['services', 404],
    ['classifications', 400],
    ['put', 401],
    ['get', 401],
    ['get', 403],
  ])('of the %s with %i is outlived', async (kind, status) => {
    let isRefused = true;
    const desk = await anAzureCase((one) => (isRefused && one === kind ? refused(status) : undefined));
    await desk.pass(5 * hour);
    expect(await desk.read()).toMatchObject({ state: 'intended' });
    isRefused = false;
    await desk.pass(20 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following' });
    expect(desk.microsoft.tickets.get(name)?.commits).toBe(1);
  });

  it('of the desk’s own credential is outlived', async () => {
    let isRefused = true;
    const tokens: TokenSource = async (want) => {
      if (isRefused) throw new TokenFailure('invalid-grant', 'no', { code: 'AADSTS7000215' });
      return knownTokens(want);
    };
    const desk = await anAzureCase();
    const { clock, microsoft } = desk;
    desk.deps.channel = azureSupportChannel({ http: microsoft.http, tokens, clock, managementBaseUrl });
    await desk.pass(5 * hour);
    expect(await desk.read()).toMatchObject({ state: 'intended' });
    isRefused = false;
    await desk.pass(20 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following' });
  });

  it('is parked after a day, and only then', async () => {
    const desk = await anAzureCase((kind) => (kind === 'services' ? refused(401) : undefined));
    await desk.pass(23 * hour);
    expect(await desk.read()).toMatchObject({ state: 'intended' });
    await desk.pass(2 * hour);
    expect(await desk.read()).toMatchObject({ state: 'parked', parkedReason: { code: 'credential-refused' } });
    expect(desk.bus.all()).toEqual([]);
  });

  it('is unverified after a day where a ticket may exist', async () => {
    const desk = await anAzureCase((kind) =>
      kind === 'put' ? { kind: 'lost-after' } : kind === 'get' ? refused(403) : undefined,
    );
    await desk.pass(26 * hour);
    expect(await desk.read()).toMatchObject({ state: 'parked', parkedReason: { code: 'unverified' } });
  });
});

describe('driving a parked escalation again', () => {
  it('files it once what was missing is there, and tells so', async () => {
    let isRefused = true;
    const desk = await anAzureCase((kind) =>
      isRefused && kind === 'put' ? refused(403, 'AuthorizationFailed') : undefined,
    );
    await desk.pass(minute);
    expect(await desk.read()).toMatchObject({ state: 'parked' });
    isRefused = false;
    const again = await desk.call('redriveEscalation', { id });
    expect(again).toMatchObject({ status: 200, body: { state: 'intended', version: 3 } });
    expect(again.body).toHaveProperty('parkedReason', undefined);
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following' });
    expect(desk.applied.map((one) => one.escalation.state)).toEqual([
      'intended',
      'parked',
      'intended',
      'filed',
      'following',
    ]);
  });

  it('looks first where a ticket may exist', async () => {
    let isRefused = true;
    const desk = await anAzureCase((kind) => {
      if (!isRefused) return undefined;
      if (kind === 'put') return { kind: 'lost-after' };
      return kind === 'get' ? refused(403, 'AuthorizationFailed') : undefined;
    });
    await desk.pass(5 * minute);
    expect(await desk.read()).toMatchObject({ state: 'parked', parkedReason: { code: 'unverified' } });
    isRefused = false;
    await desk.call('redriveEscalation', { id });
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following' });
    expect([desk.microsoft.count('put'), desk.microsoft.tickets.get(name)?.commits]).toEqual([1, 1]);
  });

  it('lets a person file by hand what the desk cannot', async () => {
    const desk = await anAzureCase((kind) => (kind === 'put' ? refused(400, 'BadRequest') : undefined));
    await desk.pass(minute);
    const { parkedReason } = await desk.read();
    expect(parkedReason?.code).toBe('rejected');
    expect(parkedReason?.remedy).toContain('{"byHand":true}');
    const again = await desk.call('redriveEscalation', { id, body: { byHand: true } });
    expect(again).toMatchObject({ status: 200, body: { state: 'awaiting-filing', channel: 'assisted' } });
    await desk.call('claimEscalation', { id });
    await desk.call('recordFiling', { id, body: { caseNumber: '2611260000000007' } });
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following', caseNumber: '2611260000000007' });
    expect(desk.microsoft.count('put')).toBe(1);
  });

  it('lets nobody file by hand where a ticket may exist, until somebody looked for it', async () => {
    const desk = await anAzureCase((kind) => {
      if (kind === 'put') return { kind: 'lost-after' };
      return kind === 'get' ? refused(403, 'AuthorizationFailed') : undefined;
    });
    await desk.pass(5 * minute);
    expect(await desk.read()).toMatchObject({ state: 'parked', parkedReason: { code: 'unverified' } });
    expect(await codeOf(desk.call('redriveEscalation', { id, body: { byHand: true } }))).toBe('illegal-transition');
    expect(await desk.read()).toMatchObject({ state: 'parked' });
    const again = await desk.call('redriveEscalation', { id, body: { byHand: true, looked: true } });
    expect(again.body).toMatchObject({ state: 'awaiting-filing', channel: 'assisted' });
    await desk.pass(10 * minute);
    expect([desk.microsoft.count('put'), (await desk.read()).state]).toEqual([1, 'awaiting-filing']);
  });

  it('gets its first answer again by its key', async () => {
    const desk = await anAzureCase((kind) => (kind === 'put' ? refused(403, 'AuthorizationFailed') : undefined));
    await desk.pass(minute);
    const headers = { 'idempotency-key': 'again-1' };
    const first = await desk.call('redriveEscalation', { id, headers });
    await desk.pass(minute);
    expect(await desk.read()).toMatchObject({ state: 'parked' });
    const { counts } = desk.stores.of('escalations');
    const before = { ...counts };
    const second = await desk.call('redriveEscalation', { id, headers });
    expect(counts.get + counts.query - before.get - before.query).toBe(2);
    expect(counts.transact).toBe(before.transact);
    expect(second.headers).toEqual({ 'idempotent-replayed': 'true' });
    expect(second.body).toEqual(JSON.parse(JSON.stringify(first.body)));
    expect(await desk.read()).toMatchObject({ state: 'parked' });
  });

  it('is refused for one that is not parked', async () => {
    const desk = await anAzureCase();
    expect(await codeOf(desk.call('redriveEscalation', { id }))).toBe('illegal-transition');
    const other = `b${requestId.slice(1)}`;
    desk.requests.set(other, aRequest({ requestId: other }));
    await desk.call('escalateRequest', { id: other });
    await desk.call('claimEscalation', { id: `${other}-1` });
    expect(await codeOf(desk.call('redriveEscalation', { id: `${other}-1` }))).toBe('illegal-transition');
    expect(await codeOf(desk.call('redriveEscalation', { id: 'cbcdefghijklmnopqrstuvwxy2-1' }))).toBe('not-found');
  });
});
