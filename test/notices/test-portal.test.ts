import { describe, expect, it } from 'vitest';
import { HttpFailure, type HttpCall } from '../../shared/platform/http.ts';
import { aManagedDesk } from '../portals/managed-desk.ts';

const outbound = { url: 'https://harbour.example/hooks' };
type Answer = HttpFailure | { status: number; headers?: Record<string, string> };

const desk = await aManagedDesk();
await desk.register({ outbound });

async function tested(answer: Answer) {
  const calls: HttpCall[] = [];
  desk.outside.others.answer = async (call) => {
    calls.push(call);
    await desk.moved.advance(40);
    if (answer instanceof HttpFailure) throw answer;
    return { headers: {}, body: 'a secret of the endpoint', ...answer };
  };
  const before = desk.cost();
  const { status, json } = await desk.admin('POST', '/harbour/test', {});
  const after = desk.cost();
  expect(after).toEqual({ ...before, gets: before.gets + 1 });
  return { status, json: json as unknown, calls };
}

describe('a test of a portal’s endpoint', () => {
  it('sends one signed webhook and says that it was taken, and how long that took', async () => {
    const { status, json, calls } = await tested({ status: 202 });
    expect([status, json]).toEqual([200, { delivered: true, status: 202, ms: 40 }]);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ method: 'POST', url: outbound.url, timeoutMs: 15_000 });
    expect(JSON.parse(calls[0]!.body!)).toMatchObject({ type: 'portal.test', data: { portalId: 'harbour' } });
  });

  it.each<[string, Answer, object]>([
    ['a refusal', { status: 401 }, { status: 401, trouble: 'answered 401' }],
    [
      'a redirect, which it does not follow',
      { status: 302, headers: { location: 'https://169.254.169.254/' } },
      { status: 302, trouble: 'it redirects, and redirects are not followed' },
    ],
    ['an endpoint that is gone', { status: 410 }, { status: 410, trouble: 'it says that it is gone for good' }],
    [
      'an address inside',
      new HttpFailure('refused-address', '10.0.0.1 is not public'),
      { trouble: 'the desk does not call this address: it is not public, or not https on port 443' },
    ],
    ['silence', new HttpFailure('timeout', 'no answer'), { trouble: 'no answer in time' }],
  ])('tells %s from success', async (_name, answer, told) => {
    const { status, json, calls } = await tested(answer);
    expect([status, json]).toEqual([200, { delivered: false, ms: 40, ...told }]);
    expect(calls).toHaveLength(1);
  });

  it('says that the secret is missing, and calls nobody', async () => {
    await desk.moved.advance(60_000);
    const kept = [...desk.outside.secrets];
    desk.outside.secrets.clear();
    const { json, calls } = await tested({ status: 204 });
    for (const [name, value] of kept) desk.outside.secrets.set(name, value);
    expect(json).toEqual({ delivered: false, ms: 0, trouble: 'the vault has no secret for this endpoint: rotate it' });
    expect(calls).toEqual([]);
  });

  it('is refused where there is no endpoint, and no portal', async () => {
    await desk.register({ id: 'quiet' });
    expect((await desk.admin('POST', '/quiet/test', {})).status).toBe(409);
    expect((await desk.admin('POST', '/nobody/test', {})).status).toBe(404);
  });
});
