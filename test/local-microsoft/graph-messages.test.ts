import { describe, expect, it } from 'vitest';
import { customers } from '../../local/microsoft/seed-world.ts';
import { graph, runningMicrosoft, type Answer, type RunningMicrosoft } from './running-microsoft.ts';

const path = '/graph/v1.0/admin/serviceAnnouncement/messages';
const exchangeId = 'MC1180211';
const [customer] = customers;
const tenantId = customer!.tenantId;

async function asApplication(microsoft: RunningMicrosoft) {
  const headers = await microsoft.bearer(tenantId, graph);
  return async (query = '', more: Record<string, string> = {}): Promise<Answer> =>
    microsoft.call(`${path}${query}`, { headers: { ...headers, ...more } });
}

describe('messages of the simulated Message center', () => {
  it('come in Graph’s shape, to tenants with the service, published ones only', async () => {
    const microsoft = await runningMicrosoft();
    const ask = await asApplication(microsoft);
    const answer = await ask();
    expect(answer.at('value/*/id')).toEqual([exchangeId, 'MC1181311']);
    expect(answer.at('value/0')).toMatchObject({
      category: 'planForChange',
      services: ['Exchange Online'],
      isMajorChange: true,
      viewPoint: null,
      body: { contentType: 'html' },
      lastModifiedDateTime: '2026-11-24T07:00:00Z',
    });
  });

  it('are revised while the world’s clock moves, and by the scenario control', async () => {
    const microsoft = await runningMicrosoft();
    await microsoft.advance(8 * 3_600);
    const ask = await asApplication(microsoft);
    expect((await ask('?$filter=lastModifiedDateTime%20gt%202026-11-24T09:00:00Z')).at('value/*/id')).toEqual([
      exchangeId,
    ]);
    const body = '<p>Later.</p>';
    const control = await microsoft.control({
      scenario: { message: { id: exchangeId, body, endsAt: '2027-01-01T00:00:00Z' } },
    });
    expect(control.status).toBe(204);
    await microsoft.control({ scenario: { message: { id: 'MC9', services: ['Planner'], customers: [tenantId] } } });
    await microsoft.advance(1);
    const answer = await ask('?$filter=lastModifiedDateTime%20gt%202026-11-24T16:59:59Z&$orderby=id');
    expect(answer.at('value/*/id')).toEqual([exchangeId, 'MC9']);
    expect(answer.at('value/0')).toMatchObject({ body: { content: body }, endDateTime: '2027-01-01T00:00:00Z' });
    expect(answer.at('value/1/services')).toEqual(['Planner']);
  });

  it('are paged, and an unknown filter is refused', async () => {
    const ask = await asApplication(await runningMicrosoft());
    const first = await ask('', { prefer: 'odata.maxpagesize=1' });
    expect(first.at('value/*/id')).toHaveLength(1);
    const next = new URL(first.textAt('@odata.nextLink'));
    expect((await ask(next.search)).at('value/*/id')).toHaveLength(1);
    expect((await ask('?$filter=tags%20eq%20%27x%27')).status).toBe(400);
  });

  it('need consent, and a scenario needs a sound message', async () => {
    const microsoft = await runningMicrosoft();
    const ask = await asApplication(microsoft);
    await microsoft.control({ scenario: { consent: { tenantId, granted: false } } });
    expect((await ask()).status).toBe(403);
    expect((await microsoft.control({ scenario: { message: { id: 'MC9', customers: ['nobody'] } } })).status).toBe(400);
    expect((await microsoft.control({ scenario: { message: { title: 'x' } } })).status).toBe(400);
  });
});
