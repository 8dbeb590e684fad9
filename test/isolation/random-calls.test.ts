import { expect, it } from 'vitest';
import type { Route } from '../../shared/platform/route.ts';
import type { Called } from '../support/a-desk.ts';
import { seededRandom } from '../support/seeded.ts';
import {
  aSentRequest,
  canary,
  customersOf,
  incidents,
  twoPortals,
  type PortalName,
  type TwoPortals,
} from '../support/two-portals.ts';

const calls = 5_000;
const forTheDesk = 'canary-for-the-desk-alone';
const portals: readonly PortalName[] = ['north', 'south'];
const otherOf = (portal: PortalName): PortalName => (portal === 'north' ? 'south' : 'north');

/** Draws what two portals and the people of a desk might do, mostly sensible, with whatever ids there are. */
async function draw(desk: TwoPortals, seed: number) {
  const random = seededRandom(seed);
  const oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const chance = (probability: number) => random() < probability;
  const requests: Record<PortalName, string[]> = {
    north: [desk.created.north.requestId],
    south: [desk.created.south.requestId],
  };
  const cursors: string[] = [];
  const anyId = () =>
    oneOf([
      ...portals.map((portal) => oneOf(requests[portal])),
      ...portals.map((portal) => oneOf(customersOf(portal)).customerId),
      ...portals.map((portal) => desk.created[portal].escalationId),
      oneOf(Object.values(incidents)),
    ]);
  const idFor = (route: Route) => {
    if (chance(0.1)) return anyId();
    if (route.path.startsWith('api/requests')) return oneOf(requests[oneOf(portals)]);
    if (route.path.startsWith('api/customers')) return oneOf(customersOf(oneOf(portals))).customerId;
    return route.path.startsWith('api/incidents')
      ? oneOf(Object.values(incidents))
      : desk.created[oneOf(portals)].escalationId;
  };
  const name = () => {
    const { customerId, tenantId, domain, externalRef } = oneOf(customersOf(oneOf(portals)));
    return oneOf([{ customerId }, { tenantId }, { domain }, { externalRef }]);
  };
  const bodies: Record<string, (who: PortalName | 'desk') => unknown> = {
    submitRequest: (who) =>
      aSentRequest(who === 'desk' ? 'north' : who, { ...(who !== 'desk' && { customer: name() }) }),
    amendRequest: () => ({ assignee: oneOf(['grace', 'ada']), service: oneOf(['Exchange', 'azure']) }),
    commentOnRequest: (who) => ({
      text: who === 'desk' ? forTheDesk : canary(who),
      audience: who === 'desk' ? 'internal' : 'customer',
    }),
    transitionRequest: () => ({ to: oneOf(['acknowledged', 'in-progress', 'resolved', 'closed']), reason: 'because' }),
    escalateRequest: () => ({ force: true, reason: forTheDesk }),
    recordFiling: () => ({ caseNumber: '12345678901234' }),
    setRequestRefs: (who) => ({ externalRefs: [{ system: 'psa', id: who === 'desk' ? 'desk' : canary(who) }] }),
    setCustomerRefs: () => ({ externalRefs: [{ system: 'psa', id: 'changed' }] }),
  };
  const query = (route: Route): string => {
    const member = (): [string, string] =>
      oneOf<[string, string]>([
        ['limit', String(1 + Math.floor(random() * 3))],
        ['customerId', oneOf(customersOf(oneOf(portals))).customerId],
        ['portalId', oneOf(portals)],
        ['service', 'Exchange'],
        ['assignee', oneOf(['grace', 'ada'])],
        ['externalRef', `psa:${canary(oneOf(portals))}`],
        ['state', oneOf(['new', 'waiting-microsoft', 'open', 'resolved'])],
        ['cursor', cursors.length === 0 ? 'x' : oneOf(cursors)],
      ]);
    if (route.query === undefined || chance(0.4)) return '';
    return `?${new URLSearchParams(Object.fromEntries([member(), ...(chance(0.5) ? [member()] : [])])).toString()}`;
  };
  const headers = () => ({
    ...(chance(0.9) && { 'if-match': chance(0.8) ? '*' : `"${String(Math.ceil(random() * 4))}"` }),
    ...(chance(0.3) && { 'idempotency-key': `key-${String(Math.floor(random() * 20))}` }),
  });
  const routes = desk.catalogue.routes.filter(({ access }) => typeof access === 'object');

  const step = async (): Promise<{ who: PortalName | 'desk'; route: Route; answer: Called }> => {
    const who = oneOf<PortalName | 'desk'>(['north', 'south', 'north', 'south', 'north', 'south', 'desk']);
    const route = oneOf(routes);
    const path = `/${route.path.replace('{id}', idFor(route))}${query(route)}`;
    const body = route.body && (bodies[route.name]?.(who) ?? {});
    const as = who === 'desk' ? desk.tokens.admin : desk.tokens[who];
    const answer = await desk.call(route.method, path, { as, headers: headers(), ...(body !== undefined && { body }) });
    const { id, nextCursor } = (answer.json ?? {}) as { id?: string; nextCursor?: string };
    if (answer.status === 201 && route.name === 'submitRequest' && id !== undefined && who !== 'desk')
      requests[who].push(id);
    if (nextCursor !== undefined) cursors.push(nextCursor);
    return { who, route, answer };
  };
  return { step, requests };
}

/** All that an answer tells: its text, its headers, and what its cursor says when it is opened. */
function told({ text, headers, json }: Called): string {
  const { nextCursor = '' } = (json ?? {}) as { nextCursor?: string };
  return [text, JSON.stringify(headers), Buffer.from(nextCursor, 'base64url').toString()].join('\n');
}

it(`in ${calls.toLocaleString('en')} random calls no portal is told a byte of the other's`, async () => {
  const desk = await twoPortals();
  const { step, requests } = await draw(desk, 20_261_102);
  const seen = new Map<string, number>();
  for (let n = 0; n < calls; n++) {
    await desk.moved.advance(40);
    const { who, route, answer } = await step();
    if (n % 50 === 0) await desk.settle();
    seen.set(`${route.name} ${String(answer.status)}`, (seen.get(`${route.name} ${String(answer.status)}`) ?? 0) + 1);
    expect(answer.status).not.toBe(500);
    if (who === 'desk') continue;
    const other = otherOf(who);
    const foreign = [
      canary(other),
      forTheDesk,
      incidents[other],
      `application-of-${other}`,
      ...customersOf(other).flatMap(({ customerId, tenantId }) => [customerId, tenantId]),
      ...requests[other],
    ];
    const all = told(answer);
    const found = foreign.filter((text) => all.includes(text));
    expect({ route: route.name, as: who, found }).toEqual({ route: route.name, as: who, found: [] });
  }
  const served = [...seen].filter(([name]) => / 20\d$/.test(name));
  expect(served.length).toBeGreaterThan(15);
}, 60_000);
