import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until, type DeskAnswer, type DeskCall } from '../../local/call-desk.ts';
import type { PartName } from '../../local/world.ts';
import { aWorld, customerOf, end, type Notice, type SystemWorld } from './a-world.ts';
import { messagesOf, owedNews, quietBus } from './what-is-owed.ts';

const requests = 200;
const clientsAtOnce = 8;

/** When each part is ended, counted in escalations acknowledged, and by which signal. */
const kills: { part: PartName; after: number; signal: NodeJS.Signals }[] = [
  { part: 'host', after: 20, signal: 'SIGKILL' },
  { part: 'bus', after: 50, signal: 'SIGKILL' },
  { part: 'microsoft', after: 80, signal: 'SIGKILL' },
  { part: 'inbox', after: 110, signal: 'SIGKILL' },
  // Azurite may lose what it has acknowledged when it is not asked to end.
  { part: 'storage', after: 140, signal: 'SIGTERM' },
];

/** How much must have been tried of the desk before a part comes back. */
const triesWhileAway = 12;

describe('200 requests, each escalated, while every part is killed and comes back', () => {
  let w: SystemWorld;
  const requestIds: string[] = [];
  const escalations = new Map<string, string>();
  let tries = 0;

  beforeAll(async () => {
    w = await aWorld();
    const storm = endEachPart(w);
    const limit = pLimit(clientsAtOnce);
    await Promise.all([storm, ...Array.from({ length: requests }, (_, n) => limit(() => submitAndEscalate(n)))]);
    await settle(w);
  }, 240_000);

  afterAll(() => w.stop());

  async function submitAndEscalate(n: number): Promise<void> {
    const portal = w.portals[n % w.portals.length]!;
    const customer = customerOf(portal, { azure: true });
    const subscription = `/subscriptions/${customer.azureSubscriptionId ?? ''}`;
    const taken = await acknowledged('/api/requests', [200, 201], {
      token: portal.token,
      headers: { 'idempotency-key': `kill-parts-${String(n)}` },
      body: {
        customer: { customerId: customer.customerId },
        title: `Linux virtual machine ${String(n)} cannot be reached by SSH`,
        description: 'Since this morning it refuses every SSH connection. A restart did not help.',
        severity: 'moderate',
        category: 'technical',
        service: 'azure',
        businessImpact: 'Order entry is down for one site.',
        evidence: { resourceId: `${subscription}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-1` },
        contact: { name: 'Kim Example', email: 'kim@customer.example', phone: '+49 30 5550199' },
      },
    });
    const id = String(taken.json.id);
    requestIds.push(id);
    const path = `/api/requests/${id}/escalation`;
    const escalated = await acknowledged(path, [202], { token: w.tokens.operator, body: {} });
    escalations.set(id, escalated.headers.get('location') ?? '');
  }

  /** Calls until the desk has said yes: a client of good will, which knows no better than to try again. */
  const acknowledged = async (path: string, wanted: number[], call: DeskCall): Promise<DeskAnswer> =>
    until(
      path,
      async () => {
        tries++;
        const answer = await w.call(path, call);
        if (wanted.includes(answer.status)) return answer;
        throw new Error(`${String(answer.status)} ${JSON.stringify(answer.json)}`);
      },
      120_000,
    );

  /** Reads as one reader, who waits where the desk says that it was asked too often. */
  async function read(path: string): Promise<Record<string, unknown>> {
    const answer = await w.call(path, { token: w.tokens.reader });
    if (answer.status === 429) {
      await w.advance(Number(answer.headers.get('retry-after')));
      return read(path);
    }
    expect(answer).toMatchObject({ status: 200 });
    return answer.json;
  }

  async function endEachPart({ world }: SystemWorld): Promise<void> {
    for (const { part, after, signal } of kills) {
      await until(`${String(after)} escalations`, async () => (escalations.size >= after ? true : undefined), 120_000);
      await end(world, part, signal);
      const before = tries;
      await until(`tries without ${part}`, async () => (tries >= before + triesWhileAway ? true : undefined), 60_000);
      await world.part(part).start();
    }
  }

  it('keeps every request, with one escalation and a case number each', async () => {
    expect(new Set(requestIds).size).toBe(requests);
    for (const id of requestIds) {
      const json = await read(`/api/requests/${id}`);
      expect(json).toMatchObject({ id, state: 'waiting-microsoft' });
      expect(escalations.get(id)).toBe(`/api/escalations/${id}-1`);
      expect(json.escalation).toMatchObject({ id: `${id}-1`, channel: 'azure-support', caseNumber: anyText });
    }
  });

  it('makes one ticket at Microsoft for each escalation, put once, and keeps its number', async () => {
    const tickets = await w.tickets();
    // A second put of a name makes no second ticket there; it is told by its count alone.
    const puts = tickets.map(({ name, puts }) => `${name} ${String(puts)}`).sort();
    expect(puts).toEqual(requestIds.map((id) => `desk-${id}-1 1`).sort());
    const numbers = new Map(tickets.map(({ name, number }) => [name, number]));
    for (const id of requestIds) {
      const json = await read(`/api/escalations/${id}-1`);
      expect(json.caseNumber).toBe(numbers.get(`desk-${id}-1`));
    }
  });

  it('tells portals each event at least once and always with the same body', async () => {
    const notices = (await w.notices()).filter(({ data }) => data.requestId !== undefined);
    for (const same of Map.groupBy(notices, ({ id }) => id).values()) {
      expect(new Set(same.map(({ body }) => body)).size).toBe(1);
    }
    const told = Map.groupBy(new Map(notices.map((notice) => [notice.id, notice])).values(), requestOf);
    expect(told.size).toBe(requests);
    for (const [id, ofRequest] of told) {
      const json = await read(`/api/requests/${id}/timeline`);
      const events = (json.items as TimelineItem[]).filter(({ audience }) => audience === 'customer');
      const expected = [
        ...events.map(({ sequence, kind }) => `${noticeTypeOf(kind)} ${String(sequence)}`),
        ...events.flatMap(({ escalation }) => (escalation ? [`escalation.updated ${escalation.state}`] : [])),
      ];
      expect(ofRequest.map(nameOf).sort()).toEqual(expected.sort());
    }
  });

  it('leaves no dead letter', async () => {
    expect(await messagesOf(w.stack, 'deadLetter')).toEqual([]);
  });
});

const anyText: unknown = expect.stringMatching(/./);

type TimelineItem = {
  sequence: number;
  kind: string;
  audience: string;
  escalation?: { state: string };
};

const requestOf = ({ data }: Notice) => String(data.requestId);

const noticeTypeOf = (kind: string) => (kind === 'created' ? 'request.created' : 'request.updated');

const nameOf = ({ type, data }: Notice) =>
  `${type} ${String(type === 'escalation.updated' ? data.state : data.version)}`;

/** Moves the world on whenever it is quiet, past back-off, settle horizon and sweeps, until all is filed, followed and told. */
const settle = async ({ stack, advance, call, tokens }: SystemWorld): Promise<boolean> =>
  until(
    'every case followed and every notice sent',
    async () => {
      await quietBus(stack);
      const states = await escalationStates(call, tokens.reader);
      const owed = await owedNews(stack);
      if (states.length === requests && states.every((state) => state === 'following') && owed.length === 0)
        return true;
      await advance(60);
      throw new Error(`${String(states.length)} escalations, owed: ${owed.slice(0, 5).join(', ')}`);
    },
    120_000,
  );

async function escalationStates(call: SystemWorld['call'], token: string): Promise<string[]> {
  const states: string[] = [];
  let cursor: unknown;
  do {
    const from = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const { json } = await call(`/api/escalations?limit=100${from}`, { token });
    states.push(...(json.items as { state: string }[]).map(({ state }) => state));
    cursor = json.nextCursor;
  } while (cursor !== undefined);
  return states;
}
