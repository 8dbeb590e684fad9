import { InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../shared/core/clock.ts';
import {
  aSentRequest,
  canary,
  customersOf,
  incidents,
  threePortals,
  type ThreePortals,
} from '../support/three-portals.ts';
import { aPolicy } from './a-page-desk.ts';

type QueueTrigger = (message: unknown, context: InvocationContext) => Promise<void>;

const isPage = (url: string) => /olav\.example|pagerduty|logic\.azure/.test(url);

/** The whole desk with its policy published through the API; what its channels got is kept. */
async function onDuty() {
  const desk = await threePortals();
  const sent: { url: string; body: string }[] = [];
  desk.outside.others.answer = async ({ url, body = '' }) => {
    if (isPage(url)) sent.push({ url, body });
    return Promise.resolve({ status: isPage(url) ? 202 : 503, headers: {}, body: '' });
  };
  const put = await desk.call('PUT', '/api/reach-policy', {
    as: desk.tokens.admin,
    headers: { 'if-match': '"0"' },
    body: aPolicy(),
  });
  expect(put).toMatchObject({ status: 200, json: { version: 1, findings: [] } });
  return { desk, sent };
}

/** Events, then everything of queue `deliveries` that is ready. */
async function drain(desk: ThreePortals) {
  await desk.settle();
  const { handler } = desk.app.queues.get('deliverNotice') as { handler: QueueTrigger };
  const next = () => desk.held.ready().find(({ queue }) => queue === 'deliveries');
  for (let held = next(); held; held = next()) {
    desk.held.take(held);
    await handler(held.message.body, new InvocationContext());
    desk.held.complete(held);
  }
}

const bodyFor = (more: Record<string, unknown>) => aSentRequest('north', more);

async function submit(desk: ThreePortals, more: Record<string, unknown>): Promise<string> {
  const answer = await desk.call('POST', '/api/requests', { as: desk.tokens.north, body: bodyFor(more) });
  expect(answer.status).toBe(201);
  return (answer.json as { id: string }).id;
}

describe('a critical request', () => {
  it('pages the first person as it is made known, and the next after five minutes; closing it resolves', async () => {
    const { desk, sent } = await onDuty();
    const id = await submit(desk, { severity: 'critical' });
    await drain(desk);
    expect(sent).toHaveLength(2);
    await desk.moved.advance(5 * minuteMs);
    await drain(desk);
    expect(sent.map(({ url }) => new URL(url).host)).toEqual([
      'prod-1.westeurope.logic.azure.com',
      'olav.example',
      'events.pagerduty.com',
    ]);
    // The name of the customer leaves the desk; what people wrote does not.
    expect(sent[1]?.body).toContain(id);
    expect(sent.map(({ body }) => body).join('')).not.toContain('Mail is late');

    const pages = await desk.call('GET', '/api/pages?state=paging', { as: desk.tokens.reader });
    expect(pages.json).toMatchObject({
      items: [{ matter: { kind: 'incident', id: incidents.north }, sources: [{ kind: 'request', id }] }],
    });

    await desk.call('POST', `/api/requests/${id}/transitions`, {
      as: desk.tokens.north,
      headers: { 'if-match': '*' },
      body: { to: 'closed', reason: 'solved' },
    });
    await drain(desk);
    expect(sent.filter(({ body }) => body.includes('"resolve"'))).toHaveLength(1);
    expect((await desk.call('GET', '/api/pages?state=settled', { as: desk.tokens.reader })).json).toMatchObject({
      items: [{ sources: [{ id }] }],
    });
  });

  it('is one that became it, too; others page nobody', async () => {
    const { desk, sent } = await onDuty();
    const id = await submit(desk, {});
    await drain(desk);
    expect(sent).toEqual([]);
    await desk.call('PATCH', `/api/requests/${id}`, {
      as: desk.tokens.operator,
      headers: { 'if-match': '*' },
      body: { severity: 'critical' },
    });
    await drain(desk);
    expect(sent).toHaveLength(2);
  });

  it('is taken in hand by a person who is signed in', async () => {
    const { desk, sent } = await onDuty();
    await submit(desk, { severity: 'critical' });
    await drain(desk);
    const { items } = (await desk.call('GET', '/api/pages', { as: desk.tokens.reader })).json as {
      items: { id: string }[];
    };
    const path = `/api/pages/${items[0]?.id ?? ''}/acknowledge`;
    expect((await desk.call('POST', path, { as: desk.tokens.reader })).status).toBe(403);
    expect((await desk.call('POST', path, { as: desk.tokens.operator })).json).toMatchObject({ state: 'acknowledged' });
    await desk.moved.advance(20 * minuteMs);
    await drain(desk);
    expect(sent.filter(({ url }) => url.includes('pagerduty'))).toEqual([]);
  });

  it('leaves no text of people, nor the name of the customer, in the rows of its page', async () => {
    const { desk } = await onDuty();
    await submit(desk, { severity: 'critical' });
    await drain(desk);
    const rows = [...desk.memory.of('deliveries').partitions.values()].flatMap((rows) => [...rows.entries()]);
    const ofPages = rows.filter(([rk]) => /^[PNTS]\|/.test(rk));
    expect(ofPages.length).toBeGreaterThan(3);
    expect(JSON.stringify(ofPages)).not.toContain(canary('north'));
    expect(JSON.stringify(ofPages)).toContain(customersOf('north')[0]!.customerId);
  });

  it('shows in readyz who is on duty, to readers', async () => {
    const { desk } = await onDuty();
    const { json } = await desk.call('GET', '/api/readyz', { as: desk.tokens.reader });
    expect((json as { parts: unknown[] }).parts).toContainEqual({
      name: 'duty',
      ready: true,
      detail: { onDuty: { name: 'Olav Duty', window: 'round the clock' }, findings: [] },
    });
    expect((await desk.call('GET', '/api/readyz')).text).not.toContain('Olav');
  });
});
