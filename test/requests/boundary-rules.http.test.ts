import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import type { RequestAnswer } from '../../shared/requests/request-answer.ts';
import type { RulesAnswer } from '../../shared/requests/rules-answer.ts';
import { aSentRequest, threePortals, type ThreePortals } from '../support/three-portals.ts';

const path = '/api/boundary-rules';
const plannerIsOurs = {
  id: 'planner-is-ours',
  services: ['Planner'],
  category: 'technical',
  boundary: 'partner',
  because: 'we run the boards of our customers',
};
const allUsers = { title: 'Planner is down', description: 'All users are affected.', service: 'Planner' };

const read = async (desk: ThreePortals, search = '') => desk.call('GET', path + search, { as: desk.tokens.reader });
const put = async (desk: ThreePortals, rules: unknown, headers: Record<string, string> = { 'if-match': '"0"' }) =>
  desk.call('PUT', path, { as: desk.tokens.admin, body: { rules }, headers });

async function triageOf(desk: ThreePortals, request: Record<string, unknown>) {
  const { json } = await desk.call('POST', '/api/requests', {
    as: desk.tokens.north,
    body: aSentRequest('north', { category: 'technical', ...request }),
  });
  return (json as RequestAnswer).triage;
}

/** Asked for what it refuses only, so that one desk serves every case. */
const refusing = await threePortals();

describe('the boundary rules', () => {
  it("are the desk's own, each with its source, until the partner has any", async () => {
    const { status, json, headers } = await read(await threePortals());
    const answer = json as RulesAnswer;
    expect([status, headers.etag, answer.version]).toEqual([200, '"0"', 0]);
    expect(answer.overridden).toBeUndefined();
    expect(answer.rules.every(({ origin, source }) => origin === 'built-in' && source !== '')).toBe(true);
  });

  it("judge by the partner's own first, from half a minute after they were put in force", async () => {
    const desk = await threePortals();
    expect(await triageOf(desk, allUsers)).toMatchObject({ boundary: 'microsoft', rulesVersion: { own: 0 } });
    const { status, headers } = await put(desk, [plannerIsOurs]);
    expect([status, headers.etag]).toEqual([200, '"1"']);
    await desk.moved.advance(limits.cacheMs);
    const triage = await triageOf(desk, allUsers);
    expect(triage).toMatchObject({
      boundary: 'partner',
      boundaryRule: 'planner-is-ours',
      rulesVersion: { own: 1, builtIn: 3 },
    });
    expect(triage.reasons).toContain('boundary partner: we run the boards of our customers (own rule of this partner)');
  });

  it('judge a correction by a person as well', async () => {
    const desk = await threePortals();
    await put(desk, [plannerIsOurs]);
    await desk.moved.advance(limits.cacheMs);
    const sent = await desk.call('POST', '/api/requests', {
      as: desk.tokens.north,
      body: aSentRequest('north', { ...allUsers, category: 'technical', service: 'Forms' }),
    });
    const { id, triage } = sent.json as RequestAnswer;
    expect(triage.boundary).toBe('microsoft');
    const { json } = await desk.call('PATCH', `/api/requests/${id}`, {
      as: desk.tokens.operator,
      body: { service: 'Planner' },
      headers: { 'if-match': sent.headers.etag ?? '' },
    });
    expect((json as RequestAnswer).triage).toMatchObject({ boundary: 'partner', rulesVersion: { own: 1 } });
  });

  it('know a service by any of its names, a kind of resource, a sign, and words in three languages', async () => {
    const desk = await threePortals();
    const base = { category: 'technical', boundary: 'customer', because: 'test' };
    await put(desk, [
      { ...base, id: 'by-words', services: ['*'], words: ['Kassensystem', 'レジ', 'till*'] },
      { ...base, id: 'by-kind', services: ['azure'], kind: 'kubernetes' },
      { ...base, id: 'by-sign', services: ['OneDrive'], sign: 'outage' },
      { ...base, id: 'unsaid', services: ['security'], boundary: null },
    ]);
    await desk.moved.advance(limits.cacheMs);
    const rule = async (title: string, service: string) =>
      (await triageOf(desk, { title, description: 'Please help.', service })).boundaryRule;
    expect(await rule('Das Kassensystem steht', 'Forms')).toBe('by-words');
    expect(await rule('レジが動かない', 'Forms')).toBe('by-words');
    expect(await rule('Nodes are not ready', 'AKS')).toBe('by-kind');
    expect(await rule('Everyone is affected', 'OneDriveForBusiness')).toBe('by-sign');
    expect(await rule('One is affected', 'OneDriveForBusiness')).toBe('technical');
    expect(await triageOf(desk, { title: 'x', description: 'y', service: 'Defender' })).toMatchObject({
      boundary: null,
    });
  });

  it('are kept in every version, with who put them in force and when', async () => {
    const desk = await threePortals();
    await put(desk, [plannerIsOurs]);
    await desk.moved.advance(1_000);
    await put(desk, [], { 'if-match': '"1"' });
    const [now, first, none] = await Promise.all(['', '?version=1', '?version=0'].map(async (one) => read(desk, one)));
    expect((now?.json as RulesAnswer).version).toBe(2);
    const { rules, overridden } = first?.json as RulesAnswer;
    expect(rules[0]).toMatchObject({ id: 'planner-is-ours', origin: 'own', source: 'own rule of this partner' });
    expect(overridden?.by.kind).toBe('person');
    expect(Date.parse((now?.json as RulesAnswer).overridden?.at ?? '') - Date.parse(overridden?.at ?? '')).toBe(1_000);
    expect((none?.json as RulesAnswer).version).toBe(0);
    expect((await read(desk, '?version=3')).status).toBe(404);
    expect((await read(desk, '?version=x')).status).toBe(400);
  });

  it('are replaced by who has seen the version before, and by one at a time', async () => {
    const desk = await threePortals();
    expect((await put(desk, [], {})).status).toBe(428);
    expect((await put(desk, [], { 'if-match': '"1"' })).status).toBe(412);
    const twins = await Promise.all([put(desk, [plannerIsOurs]), put(desk, [])]);
    expect(twins.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412]);
  });

  it('are read by people of the desk and replaced by administrators alone', async () => {
    const desk = await threePortals();
    const asked = { body: { rules: [] }, headers: { 'if-match': '"0"' } };
    expect((await desk.call('GET', path, { as: desk.tokens.north })).status).toBe(403);
    expect((await desk.call('PUT', path, { as: desk.tokens.operator, ...asked })).status).toBe(403);
  });

  it.each([
    ['a service that nobody knows', { services: ['Exchangee'] }],
    ['no service', { services: [] }],
    ['a kind of Azure for another service', { kind: 'storage' }],
    ['a kind that there is not', { services: ['azure'], kind: 'toaster' }],
    ['a sign that there is not', { sign: 'bad-mood' }],
    ['words with a comma', { words: ['a, b'] }],
    ['words without a letter', { words: ['*'] }],
    ["the id of one of the desk's rules", { id: 'outage' }],
    ['an id with capitals', { id: 'Outage' }],
    ['a boundary that there is not', { boundary: 'nobody' }],
    ['no reason', { because: ' ' }],
    ['a member that there is not', { colour: 'red' }],
  ])('refuse %s', async (_name, wrong) => {
    expect((await put(refusing, [{ ...plannerIsOurs, ...wrong }])).status).toBe(400);
  });

  it('refuse the same id twice, more than there may be, and more than fits; and keep the largest set that does', async () => {
    const desk = await threePortals();
    const many = (count: number, because: string) =>
      Array.from({ length: count }, (_, n) => ({ ...plannerIsOurs, id: `rule-${String(n)}`, because }));
    expect((await put(desk, [plannerIsOurs, plannerIsOurs])).status).toBe(400);
    expect((await put(desk, many(limits.boundaryRules + 1, 'x'))).status).toBe(400);
    const words = Array.from({ length: 20 }, (_, n) => `${'あ'.repeat(40)}${String(n)}`);
    expect(
      (
        await put(
          desk,
          many(50, 'x').map((rule) => ({ ...rule, words })),
        )
      ).status,
    ).toBe(400);
    expect((await put(desk, many(limits.boundaryRules, 'x'.repeat(300)))).status).toBe(200);
    expect(((await read(desk)).json as RulesAnswer).rules.filter(({ origin }) => origin === 'own')).toHaveLength(50);
  });
});
