import { expect, it } from 'vitest';
import type { Route } from '../../shared/platform/route.ts';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import type { Called } from '../support/a-desk.ts';
import { seededRandom } from '../support/seeded.ts';
import {
  aSentRequest,
  canary,
  customersOf,
  inboundSecret,
  incidents,
  perPortal,
  portalNames,
  threePortals,
  type PortalName,
  type ThreePortals,
} from '../support/three-portals.ts';

/** Of so many calls a run consists: lists grow with it, and with them the time of a call. `SEEDS` asks for more runs. */
const callsOfRun = 4_000;
const runs = Math.ceil(Number(process.env.SEEDS ?? 10_000) / 400);
const forTheDesk = 'canary-for-the-desk-alone';
const othersOf = (portal: PortalName): PortalName[] => portalNames.filter((one) => one !== portal);

/** Draws what three portals and the people of a desk might do, mostly sensible, with whatever ids there are. */
async function draw(desk: ThreePortals, seed: number) {
  const random = seededRandom(seed);
  const oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const chance = (probability: number) => random() < probability;
  const requests = await perPortal(async (portal) => Promise.resolve([desk.created[portal].requestId]));
  const cursors: string[] = [];
  const anyId = () =>
    oneOf([
      ...portalNames.map((portal) => oneOf(requests[portal])),
      ...portalNames.map((portal) => oneOf(customersOf(portal)).customerId),
      ...portalNames.map((portal) => desk.created[portal].escalationId),
      oneOf(Object.values(incidents)),
    ]);
  const idFor = (route: Route) => {
    if (chance(0.1)) return anyId();
    if (route.path.startsWith('api/requests')) return oneOf(requests[oneOf(portalNames)]);
    if (route.path.startsWith('api/customers')) return oneOf(customersOf(oneOf(portalNames))).customerId;
    return route.path.startsWith('api/incidents')
      ? oneOf(Object.values(incidents))
      : desk.created[oneOf(portalNames)].escalationId;
  };
  const name = () => {
    const { customerId, tenantId, domain, externalRef } = oneOf(customersOf(oneOf(portalNames)));
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
        ['customerId', oneOf(customersOf(oneOf(portalNames))).customerId],
        ['portalId', oneOf(portalNames)],
        ['service', 'Exchange'],
        ['assignee', oneOf(['grace', 'ada'])],
        ['externalRef', `psa:${canary(oneOf(portalNames))}`],
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
  const hook = desk.catalogue.routes.find((route) => route.name === 'receivePortalHook')!;

  /** A webhook of a portal, truly signed, about whatever there is. */
  const webhook = async (who: PortalName): Promise<{ who: PortalName; route: Route; answer: Called }> => {
    const type = oneOf(['created', 'commented', 'closed']);
    const reference = { system: 'psa', id: `ticket-${String(Math.floor(random() * 30))}` };
    const about = oneOf([{ requestId: anyId() }, { externalRef: reference }]);
    const data = {
      created: aSentRequest(who, { customer: name(), externalRefs: [reference] }),
      commented: { ...about, text: canary(who) },
      closed: { ...about, reason: canary(who) },
    }[type];
    const timestamp = new Date(desk.clock.now()).toISOString();
    const body = Buffer.from(JSON.stringify({ type: `support_request.${type}`, timestamp, data }));
    const id = `msg_${String(Math.floor(random() * 2_000))}`;
    const timestampSeconds = Math.floor(desk.clock.now() / 1_000);
    const headers = signWebhook({ id, timestampSeconds, body }, parseWebhookSecrets(inboundSecret(who)));
    const answer = await desk.call('POST', `/api/hooks/portals/${who}`, { bytes: body, headers });
    const { requestId } = (answer.json ?? {}) as { requestId?: string };
    if (requestId !== undefined && type === 'created') requests[who].push(requestId);
    return { who, route: hook, answer };
  };

  const callBy = async (
    who: PortalName | 'desk',
  ): Promise<{ who: PortalName | 'desk'; route: Route; answer: Called }> => {
    const route = oneOf(routes);
    const path = `/${route.path.replace('{id}', idFor(route)).replace('{update}', 'message-1')}${query(route)}`;
    const body = route.body && (bodies[route.name]?.(who) ?? {});
    const as = who === 'desk' ? desk.tokens.admin : desk.tokens[who];
    const answer = await desk.call(route.method, path, { as, headers: headers(), ...(body !== undefined && { body }) });
    const { id, nextCursor } = (answer.json ?? {}) as { id?: string; nextCursor?: string };
    if (answer.status === 201 && route.name === 'submitRequest' && id !== undefined && who !== 'desk')
      requests[who].push(id);
    if (nextCursor !== undefined) cursors.push(nextCursor);
    return { who, route, answer };
  };

  const step = async () => {
    const who = oneOf<PortalName | 'desk'>([...portalNames, ...portalNames, 'desk']);
    return who !== 'desk' && chance(0.1) ? webhook(who) : callBy(who);
  };
  return { step, requests };
}

/** All that an answer tells: its text, its headers, and what its cursor says when it is opened. */
function told({ text, headers, json }: Called): string {
  const { nextCursor = '' } = (json ?? {}) as { nextCursor?: string };
  return [text, JSON.stringify(headers), Buffer.from(nextCursor, 'base64url').toString()].join('\n');
}

const foreignTo = (portal: PortalName, requests: Record<PortalName, string[]>): string[] => [
  forTheDesk,
  ...othersOf(portal).flatMap((other) => [
    canary(other),
    incidents[other],
    `application-of-${other}`,
    ...customersOf(other).flatMap(({ customerId, tenantId }) => [customerId, tenantId]),
    ...requests[other],
  ]),
];

it.each(Array.from({ length: runs }, (_, run) => 20_261_102 + run))(
  `in ${callsOfRun.toLocaleString('en')} random calls no portal is told a byte of another's (seed %i)`,
  async (seed) => {
    const desk = await threePortals();
    const { step, requests } = await draw(desk, seed);
    const served = new Set<string>();
    let deskSaw = 0;
    for (let n = 0; n < callsOfRun; n++) {
      await desk.moved.advance(40);
      const { who, route, answer } = await step();
      if (n % 50 === 0) await desk.settle();
      if (answer.status >= 200 && answer.status < 210) served.add(`${route.name} ${String(answer.status)}`);
      expect(answer.status).not.toBe(500);
      const all = told(answer);
      if (who === 'desk') {
        deskSaw += portalNames.filter((portal) => all.includes(canary(portal))).length;
        continue;
      }
      const found = foreignTo(who, requests).filter((text) => all.includes(text));
      expect({ route: route.name, as: who, found }).toEqual({ route: route.name, as: who, found: [] });
    }
    expect(served.size).toBeGreaterThan(15);
    // What must not be found in a portal's answers is there to be found: the desk's people see all of it.
    expect(deskSaw).toBeGreaterThan(100);
  },
  60_000,
);
