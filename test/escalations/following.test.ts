import { describe, expect, it } from 'vitest';
import type { CaseFollower, CaseSeen } from '../../shared/escalations/case-follower.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { createStepEscalation } from '../../shared/escalations/step-escalation.ts';
import { sweepPartition, type WakeMessage } from '../../shared/platform/outbox.ts';
import { mailComes } from './a-mail.ts';
import { anAzureCase, id } from './an-azure-case.ts';
import { putContract } from '../../shared/escalations/contract-store.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A case at Microsoft as the test sets it, and how often it was read. */
async function aFollowedCase() {
  const state = {
    seen: { status: 'Open', isClosed: false, needsAnswer: false, messages: [] } as CaseSeen,
    reads: [] as number[],
  };
  const trouble: { answer?: Awaited<ReturnType<CaseFollower['read']>> } = {};
  const azure: CaseFollower = {
    read: async () => {
      state.reads.push(desk.clock.now());
      return Promise.resolve(trouble.answer ?? { kind: 'found', case: state.seen });
    },
    wish: async () => Promise.resolve({ kind: 'done' }),
  };
  const desk = await anAzureCase({ setUpMs: 0, change: { followers: { azure } } });
  await desk.pass(6 * minute);
  const lateness = () => desk.applied.filter(({ note = '' }) => /^Microsoft has (?:not|been)/.test(note));
  return { ...desk, state, trouble, lateness };
}

describe('following a case', () => {
  it('tells that Microsoft is late once, at its due time, and prepares what to do', async () => {
    const desk = await aFollowedCase();
    await putContract(desk.deps.tables('desk'), 'north', {
      vehicle: 'advanced',
      phoneRoute: '+1 555 0100',
      dutyContact: { name: 'Microsoft duty', phone: '+1 555 0101' },
    });
    await desk.pass(3 * hour + 53 * minute);
    expect(desk.lateness()).toEqual([]);
    await desk.pass(2 * minute);
    expect(desk.lateness()).toMatchObject([
      { note: 'Microsoft has not responded: it was due on 2026-11-02 13:00 UTC.' },
    ]);
    expect(await desk.read()).toMatchObject({
      clocks: [
        { clock: 'microsoft-first-response', state: 'missed' },
        { clock: 'microsoft-silence', state: 'running' },
      ],
      nextStep: {
        what: 'nudge-microsoft',
        text: expect.stringContaining('Virtual machine cannot be reached') as string,
        phone: '+1 555 0100',
        contact: { phone: '+1 555 0101' },
      },
    });
    await desk.pass(6 * hour);
    expect(desk.lateness()).toHaveLength(1);
  });

  it('comes again some seconds later where a slow clock meets what is due, and not over and over at once', async () => {
    const desk = await aFollowedCase();
    await desk.pass(3 * hour + 53 * minute);
    const clock = { ...desk.clock, now: () => desk.clock.now() - 40_000 };
    const slow = createStepEscalation({ ...desk.deps, clock });
    const until = Date.parse('2026-11-02T13:02:00Z');
    let steps = 0;
    while (desk.clock.now() < until && steps < 50) {
      const [held] = desk.bus.ready().filter(({ queue }) => queue === 'escalations');
      if (held) {
        steps++;
        await slow(held.message.body as WakeMessage, desk.log.scope);
        desk.bus.complete(desk.bus.take(held));
      } else await desk.advance(1_000);
    }
    expect(steps).toBeLessThan(10);
    await desk.drain();
    expect(desk.lateness()).toHaveLength(1);
  });

  it('reads every minute while something is due, and else at the ordinary pace', async () => {
    const desk = await aFollowedCase();
    await desk.pass(hour);
    const gaps = () => desk.state.reads.slice(1).map((read, n) => (read - (desk.state.reads[n] ?? 0)) / minute);
    expect(new Set(gaps())).toEqual(new Set([5]));
    await desk.pass(2 * hour + 50 * minute);
    expect(gaps().at(-1)).toBe(1);
  });

  it('is not late where Microsoft wrote in time, which the due step itself finds out', async () => {
    const desk = await aFollowedCase();
    await desk.pass(3 * hour);
    desk.state.seen = {
      ...desk.state.seen,
      messages: [{ id: 'm1', at: '2026-11-02T12:10:00.000Z', from: 'microsoft', text: 'Hello.' }],
    };
    await desk.pass(2 * hour);
    expect(desk.lateness()).toEqual([]);
    expect(await desk.read()).toMatchObject({ clocks: [{ state: 'met', metAt: '2026-11-02T12:10:00.000Z' }, {}] });
  });

  it('shows what was written on the timeline, and never in events, heads or notices', async () => {
    const desk = await aFollowedCase();
    const text = 'The disk of vm-erp-01 is full.';
    desk.state.seen = {
      ...desk.state.seen,
      needsAnswer: true,
      messages: [{ id: 'm1', at: '2026-11-02T09:07:00.000Z', from: 'microsoft', text }],
    };
    await desk.pass(10 * minute);
    const first = (await desk.call('readEscalationTimeline', { id, query: { limit: '2' } })).body as {
      nextCursor: string;
    };
    const rest = await desk.call('readEscalationTimeline', { id, query: { cursor: first.nextCursor } });
    expect((rest.body as { items: unknown[] }).items.at(-1)).toMatchObject({
      what: 'microsoft-asks',
      text: { from: 'microsoft', text },
    });
    const rows = [...(desk.stores.of('escalations').partitions.get('00') ?? [])].filter(([rk]) => !rk.startsWith('C|'));
    expect(JSON.stringify([rows, desk.applied, desk.notices, desk.log.entries])).not.toContain('vm-erp-01');
    expect((await desk.read()).nextStep).toMatchObject({ what: 'answer-microsoft' });
  });

  it('says since when and why a case cannot be read, waits as long as Microsoft asks, and goes on when it can', async () => {
    const desk = await aFollowedCase();
    desk.trouble.answer = { kind: 'passing', reason: 'HTTP 429', retryAfterSeconds: 1_800 };
    await desk.pass(2 * hour);
    const before = desk.state.reads.length;
    expect(
      desk.state.reads
        .slice(-3)
        .map((read, n, all) => read - (all[n - 1] ?? read))
        .slice(1)
        .every((gap) => gap >= 1_800_000),
    ).toBe(true);
    expect(desk.applied.filter(({ note = '' }) => note.startsWith('The case cannot be read'))).toHaveLength(1);
    expect(await desk.read()).toMatchObject({ state: 'following', unreadable: { reason: 'HTTP 429' } });
    delete desk.trouble.answer;
    await desk.pass(hour);
    expect(desk.state.reads.length).toBeGreaterThan(before);
    expect(((await desk.read()) satisfies Escalation).unreadable).toBeUndefined();
  });

  it('goes on, and says so, where the ticket of its name has another number than the case', async () => {
    const desk = await aFollowedCase();
    desk.trouble.answer = { kind: 'passing', reason: 'HTTP 503' };
    await desk.pass(10 * minute);
    delete desk.trouble.answer;
    const before = desk.state.reads.length;
    desk.state.seen = { ...desk.state.seen, number: '2611020030009999' };
    await desk.pass(2 * hour);
    const reads = desk.state.reads.length - before;
    expect(reads).toBeGreaterThan(5);
    expect(reads).toBeLessThan(130);
    expect((await desk.read()).unreadable?.reason).toContain('another number');
    desk.state.seen = { status: 'Open', isClosed: true, needsAnswer: false, messages: [] };
    await desk.pass(hour);
    expect(await desk.read()).toMatchObject({ state: 'closed' });
  });

  it('is read at once where a mail comes about it, and keeps no words of the mail beside what it reads', async () => {
    const desk = await aFollowedCase();
    const before = desk.state.reads.length;
    const { caseNumber, version } = await desk.read();
    const mail = { id: 'x', number: caseNumber };
    expect(await mailComes({ deps: desk.deps, scope: desk.log.scope, mail })).toBe('placed');
    await desk.drain();
    expect(desk.state.reads).toHaveLength(before + 1);
    expect(await desk.read()).toMatchObject({ version });
  });
});

describe('a due time of Microsoft', () => {
  it.each(['the bus', 'the sweep'])('is told within three minutes, once, by %s alone for a day', async (path) => {
    const desk = await aFollowedCase();
    const table = desk.deps.tables('escalations');
    const seen = new Set<string>();
    for (let minutes = 0; minutes < 24 * 60; minutes++) {
      if (path === 'the bus') {
        await desk.pass(minute);
        continue;
      }
      await desk.advance(minute);
      // Scheduled messages never come: only what the sweep sends is taken.
      for (const held of desk.bus.all()) desk.bus.complete(held);
      await sweepPartition(
        { bus: desk.deps.bus, clock: desk.clock, table },
        { table: 'escalations', pk: '00' },
        desk.log.scope,
      );
      for (const held of desk.bus.ready().filter((one) => !seen.has(one.message.id))) {
        seen.add(held.message.id);
        await desk.handle(held);
      }
    }
    const told = desk.applied.filter(({ note = '' }) => note.startsWith('Microsoft has'));
    expect(told).toMatchObject([{ note: 'Microsoft has not responded: it was due on 2026-11-02 13:00 UTC.' }]);
    expect(Date.parse(told[0]!.at) - Date.parse('2026-11-02T13:00:00.000Z')).toBeLessThanOrEqual(3 * minute);
  });
});
