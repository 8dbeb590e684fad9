import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { castOf, escalationStories } from '../../local/demo/stories.ts';
import { createStory } from '../../local/demo/story.ts';
import { until } from '../../local/call-desk.ts';
import { partner } from '../../local/microsoft/seed-world.ts';
import { aWorld, type SystemWorld } from './a-world.ts';
import { messagesOf, owedNews, quietBus } from './what-is-owed.ts';

type Told = { what: string; state: string; caseNumber?: string };

describe('after the stories of escalations were told', () => {
  let w: SystemWorld;

  beforeAll(async () => {
    w = await aWorld();
    await escalationStories(
      createStory(w.stack, () => undefined),
      castOf(w.stack),
    );
    await until(
      'nothing is owed',
      async () => {
        await quietBus(w.stack);
        const owed = await owedNews(w.stack);
        if (owed.length === 0) return true;
        // What a page was to do next is owed until its time, though the matter is over by then.
        await w.advance(60);
        throw new Error(owed.join(', '));
      },
      30_000,
    );
  }, 180_000);

  afterAll(() => w.stop());

  const read = async (path: string, token = w.tokens.reader) => {
    const { status, json } = await w.call(path, { token });
    expect({ path, status }).toEqual({ path, status: 200 });
    return json;
  };

  it('one ticket was put, once, in the customer’s subscription; none in the partner’s own tenant or at tenant level', async () => {
    const { azureCustomer } = castOf(w.stack).ours;
    expect(await w.tickets()).toMatchObject([
      {
        tenantId: azureCustomer.tenantId,
        subscriptionId: azureCustomer.azureSubscriptionId,
        status: 'Closed',
        puts: 1,
      },
    ]);
    const puts = (await w.calls()).filter(({ method, path }) => method === 'PUT' && path.includes('Microsoft.Support'));
    expect(puts.length).toBeGreaterThan(0);
    for (const { path, tenantId } of puts) {
      expect(path).toContain(`/subscriptions/${String(azureCustomer.azureSubscriptionId)}/`);
      expect(tenantId).not.toBe(partner.tenantId);
    }
  });

  it('each portal was told of each event of its own escalations once, and of no other’s', async () => {
    const { items } = await read('/api/escalations?limit=100');
    const escalations = items as { id: string; state: string; requestIds: string[] }[];
    expect(escalations.map(({ state }) => state).sort()).toEqual([
      'cancelled',
      'closed',
      'closed',
      'closed',
      'closed',
      'closed',
    ]);
    const notices = (await w.notices()).filter(({ type }) => type === 'escalation.updated');
    // A jump of the clock ends the locks of messages at work: such a webhook comes again, with the same id and body.
    const byId = Map.groupBy(notices, ({ id }) => id);
    for (const same of byId.values()) expect(new Set(same.map(({ body }) => body)).size).toBe(1);
    const webhooks = [...byId.values()].flatMap(([first]) => first ?? []);
    for (const { id } of escalations) {
      const { items: entries } = await read(`/api/escalations/${id}/timeline?limit=100`);
      const events = (entries as Told[]).filter(({ what }) => !what.startsWith('request-'));
      const { portalId } = await read(`/api/requests/${id.slice(0, id.lastIndexOf('-'))}`);
      const told = webhooks.filter(({ data }) => data.escalationId === id);
      expect(new Set(told.map((notice) => notice.portalId))).toEqual(new Set([portalId]));
      expect(told.map(({ data }) => `${String(data.state)} ${String(data.caseNumber)}`).sort()).toEqual(
        events.map(({ state, caseNumber }) => `${state} ${String(caseNumber)}`).sort(),
      );
    }
  });

  it('nothing is dead-lettered, poisoned or owed, and readyz says so', async () => {
    expect(await messagesOf(w.stack, 'deadLetter')).toEqual([]);
    const { ready, parts } = await read('/api/readyz');
    expect(ready).toBe(true);
    const detail = Object.fromEntries((parts as Part[]).map((part) => [part.name, part.detail]));
    expect(detail.timers).toMatchObject({ owed: 0, poisoned: 0 });
    expect(Object.values(detail.bus?.deadLetters ?? {})).toEqual([0, 0, 0, 0]);
  });
});

type Part = { name: string; detail: Record<string, unknown> & { deadLetters?: Record<string, number> } };
