import { describe, expect, it } from 'vitest';
import type { CaseFollower, CaseRef } from '../../shared/escalations/case-follower.ts';
import type { FilingChannel, FilingJob } from '../../shared/escalations/filing-channel.ts';
import type { Packet } from '../../shared/escalations/packet.ts';

/** A way to file, and a Microsoft behind it. */
export type FilingWorld = {
  channel: FilingChannel;
  job: FilingJob;
  packet: Packet;
  /** How many cases exist. */
  cases: () => Promise<number>;
  /** Enough time for a case to be set up. */
  settle: () => Promise<void>;
  /** The next filing has its effect, and its answer is lost. */
  loseNextAnswer: () => Promise<void>;
  /** The next call of any kind is answered so, before it has an effect. */
  failNext: (status: number, retryAfterSeconds?: number) => Promise<void>;
};

/** Files, however many steps it takes. */
async function filed({ channel, job, packet, settle }: FilingWorld) {
  const prepared = await channel.prepare(job, packet);
  if (prepared.kind !== 'prepared') throw new Error(`not prepared: ${prepared.kind}`);
  const outcome = await prepared.submit();
  await settle();
  return outcome;
}

/** What every `FilingChannel` promises. */
export function filingChannelContract(name: string, make: () => Promise<FilingWorld>): void {
  describe(`a channel that files, ${name}`, () => {
    it('makes no case while it prepares, and one when it submits', async () => {
      const world = await make();
      expect((await world.channel.prepare(world.job, world.packet)).kind).toBe('prepared');
      expect(await world.cases()).toBe(0);
      expect(['filed', 'accepted']).toContain((await filed(world)).kind);
      expect(await world.cases()).toBe(1);
    });

    it('finds a case by the name of the job: absent before, with a final number after', async () => {
      const world = await make();
      expect(await world.channel.find(world.job)).toEqual({ kind: 'absent' });
      await filed(world);
      const found = await world.channel.find(world.job);
      expect(found).toMatchObject({ kind: 'found', case: { isClosed: false } });
      expect(found.kind === 'found' ? found.case.number : undefined).toMatch(/^\d{14,16}$/);
    });

    it('says of an accepted filing that it ended, once there is a case', async () => {
      const world = await make();
      const outcome = await filed(world);
      if (outcome.kind !== 'accepted') return;
      expect(await world.channel.progress(world.job, outcome.operation ?? '')).toEqual({ kind: 'ended' });
    });

    it('makes no second case of a name, however often it is submitted', async () => {
      const world = await make();
      await filed(world);
      await filed(world);
      expect(await world.cases()).toBe(1);
    });

    it('knows nothing of a filing whose answer was lost, and finds its case', async () => {
      const world = await make();
      await world.loseNextAnswer();
      expect((await filed(world)).kind).toBe('unknown');
      expect((await world.channel.find(world.job)).kind).toBe('found');
    });

    it('answers trouble that passes as such, with the time that it is asked to wait', async () => {
      const world = await make();
      await world.failNext(429, 17);
      expect(await world.channel.find(world.job)).toMatchObject({ kind: 'passing', retryAfterSeconds: 17 });
      await world.failNext(503);
      expect((await world.channel.prepare(world.job, world.packet)).kind).toBe('passing');
      expect(await world.cases()).toBe(0);
    });

    it('takes no address for an operation that is not the customer’s', async () => {
      const world = await make();
      for (const address of ['https://elsewhere.example/operations/1', 'no address', '']) {
        expect(await world.channel.progress(world.job, address)).toEqual({ kind: 'ended' });
      }
    });

    it('refuses a job in the partner’s own tenant', async () => {
      const { channel, job, packet, cases } = await make();
      const own = { ...job, customerTenantId: job.partnerTenantId.toUpperCase() };
      expect(await channel.prepare(own, packet)).toMatchObject({ kind: 'refused' });
      expect(await channel.find(own)).toMatchObject({ kind: 'refused' });
      expect(await cases()).toBe(0);
    });
  });
}

/** A case that is open, a way to follow it, and a Microsoft that the test moves. */
export type CaseWorld = {
  follower: CaseFollower;
  ref: CaseRef;
  /** A case that this way does not know. */
  unknownRef: CaseRef;
  now: () => number;
  microsoftWrites: (text: string) => Promise<void>;
  microsoftCloses: () => Promise<void>;
  /** What the partner wrote, as Microsoft has it. */
  letters: () => Promise<string[]>;
  isClosed: () => Promise<boolean>;
  severity: () => Promise<string>;
  /** The next call that writes has its effect, and its answer is lost. */
  loseNextAnswer: () => Promise<void>;
  failNext: (status: number, retryAfterSeconds?: number) => Promise<void>;
};

/** What every `CaseFollower` promises. */
export function caseFollowerContract(name: string, make: () => Promise<CaseWorld>): void {
  describe(`a way to follow cases, ${name}`, () => {
    const message = { kind: 'message', name: 'desk-update-1', subject: 'Update', text: 'Logs: a < b & c.' } as const;
    const seen = async ({ follower, ref }: CaseWorld, since?: string) => {
      const read = await follower.read(ref, since);
      if (read.kind !== 'found') throw new Error(read.kind);
      return read.case;
    };

    it('reads a case, with what Microsoft wrote as plain text, oldest first', async () => {
      const world = await make();
      await world.microsoftWrites('We look at it.');
      await world.microsoftWrites('We found it.');
      const { isClosed, messages, status } = await seen(world);
      expect([isClosed, status.length > 0]).toEqual([false, true]);
      const theirs = messages.filter(({ from }) => from === 'microsoft').map(({ text }) => text);
      expect(theirs.slice(-2)).toEqual(['We look at it.', 'We found it.']);
      expect(messages.every(({ at }, n) => n === 0 || at >= (messages[n - 1]?.at ?? ''))).toBe(true);
    });

    it('reads what came since a time, and nothing before it', async () => {
      const world = await make();
      await world.microsoftWrites('Old news.');
      const later = new Date(world.now() + 60_000).toISOString();
      expect((await seen(world, later)).messages).toEqual([]);
    });

    it('says absent of a case that it does not know', async () => {
      const { follower, unknownRef } = await make();
      expect(await follower.read(unknownRef, undefined)).toEqual({ kind: 'absent' });
    });

    it('writes a message, and not again on a repeat', async () => {
      const world = await make();
      expect(await world.follower.wish(world.ref, message, false)).toEqual({ kind: 'done' });
      expect(await world.follower.wish(world.ref, message, true)).toEqual({ kind: 'done' });
      const own = (await world.letters()).filter((text) => text.includes('a < b & c.'));
      expect(own).toHaveLength(1);
    });

    it('writes once although the answer is lost', async () => {
      const world = await make();
      await world.loseNextAnswer();
      expect((await world.follower.wish(world.ref, message, false)).kind).toBe('unknown');
      expect(await world.follower.wish(world.ref, message, true)).toEqual({ kind: 'done' });
      expect((await world.letters()).filter((text) => text.includes('a < b & c.'))).toHaveLength(1);
    });

    it('changes the severity, also twice', async () => {
      const world = await make();
      const wish = { kind: 'severity', severity: 'minimal' } as const;
      expect(await world.follower.wish(world.ref, wish, false)).toEqual({ kind: 'done' });
      expect(await world.follower.wish(world.ref, wish, true)).toEqual({ kind: 'done' });
      expect(await world.severity()).toBe('minimal');
    });

    it('closes a case, also twice, and sees one that Microsoft closed', async () => {
      const world = await make();
      const wish = { kind: 'close', name: 'desk-close', text: 'It is solved.' } as const;
      expect(await world.follower.wish(world.ref, wish, false)).toEqual({ kind: 'done' });
      expect(await world.follower.wish(world.ref, wish, true)).toEqual({ kind: 'done' });
      expect(await world.isClosed()).toBe(true);
      const other = await make();
      await other.microsoftCloses();
      expect(await seen(other)).toMatchObject({ isClosed: true, needsAnswer: false });
    });

    it('answers trouble that passes as such, with the time that it is asked to wait', async () => {
      const world = await make();
      await world.failNext(429, 17);
      expect(await world.follower.read(world.ref, undefined)).toMatchObject({ kind: 'passing', retryAfterSeconds: 17 });
      await world.failNext(503);
      expect((await world.follower.read(world.ref, undefined)).kind).toBe('passing');
    });
  });
}
