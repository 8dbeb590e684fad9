import { afterEach, describe, expect, it } from 'vitest';
import { exportDesk } from '../../scripts/backup/export.ts';
import { restoreDesk } from '../../scripts/backup/restore.ts';
import { createReadRestore, createReleaseRestore } from '../../shared/escalations/release-restore.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { partitionOf } from '../../shared/escalations/escalation-store.ts';
import { sweepPartition } from '../../shared/platform/outbox.ts';
import { tableNames } from '../../shared/platform/resources.ts';
import { anAssistedCase, caseNumber, olav, refusal, signe } from '../escalations/an-assisted-case.ts';
import { anAzureCase, id, requestId, ticketName } from '../escalations/an-azure-case.ts';
import { aFiledCase } from '../escalations/a-filed-case.ts';
import { anAzureRequest, aRequest } from '../escalations/builders.ts';
import type { aDesk } from '../escalations/desk.ts';
import { watchGroups } from './backup-run.ts';
import { memoryScan, memoryShelf } from './memory-scan.ts';

const minute = 60_000;
type Desk = Awaited<ReturnType<typeof aDesk>>;

/** Transactions that an export could tear. */
let torn: string[] = [];
afterEach(() => {
  if (torn.length > 0) throw new Error(`an export could tear ${torn.join('; ')}`);
});

/** What an operator does: exports, loses the tables, and restores; time passes, and the sweep runs each minute. */
function anOperatorOf({ stores, clock, log, deps, pass }: Desk) {
  torn = watchGroups(stores);
  const shelf = memoryShelf();
  const scan = (name: string) => memoryScan(stores.of(name));
  const release = createReleaseRestore(deps);
  return {
    backUp: async () => exportDesk({ scan, clock, say: () => undefined }, shelf, 'backup-1'),
    loseAndRestore: async () => {
      for (const name of tableNames) stores.of(name).partitions.clear();
      const rebuild = async () => Promise.resolve(0);
      const makeTables = async () => Promise.resolve();
      return restoreDesk(
        { scan, tables: stores.tables, makeTables, clock, scope: log.scope, say: () => undefined, rebuild },
        shelf,
      );
    },
    passSweeping: async (ms: number) => {
      for (let left = ms; left > 0; left -= minute) {
        await pass(minute);
        const pk = partitionOf(requestId);
        await sweepPartition({ ...deps, table: deps.tables('escalations') }, { table: 'escalations', pk }, log.scope);
      }
    },
    standing: createReadRestore(deps),
    release: async () => release({ reason: 'Everybody has looked.' }, 'person:ada', log.scope),
  };
}

const stateOf = async (desk: Desk) => (await desk.call('readEscalation', { id })).body as Escalation;

describe('an Azure case after a restore', () => {
  it('that was filed after the export is found by its name, and not filed again', async () => {
    const desk = await anAzureCase();
    const operator = anOperatorOf(desk);
    await operator.backUp();
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following' });
    await operator.loseAndRestore();
    expect(await operator.standing()).toMatchObject({ state: 'held' });
    await operator.passSweeping(15 * minute);
    const number = desk.microsoft.tickets.get(ticketName)?.number;
    expect(await desk.read()).toMatchObject({ state: 'following', caseNumber: number });
    expect(desk.microsoft.count('put')).toBe(1);
    expect(await operator.standing()).toMatchObject({ state: 'held', inDoubt: [] });
  });

  it('that was not filed is held until somebody releases it, and then filed once', async () => {
    const desk = await anAzureCase();
    const operator = anOperatorOf(desk);
    await operator.backUp();
    await operator.loseAndRestore();
    expect(await refusal(operator.release())).toMatchObject({ code: 'filing-held' });
    await operator.passSweeping(45 * minute);
    expect(await desk.read()).toMatchObject({ state: 'intended' });
    expect(desk.microsoft.count('put')).toBe(0);
    expect(await operator.standing()).toMatchObject({ state: 'held', inDoubt: [] });
    expect(await operator.release()).toMatchObject({ state: 'released', released: { by: 'person:ada' } });
    await operator.passSweeping(10 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following' });
    expect(desk.microsoft.count('put')).toBe(1);
  });

  it('is not released before the desk has looked for it', async () => {
    let isAway = true;
    const fault = (kind: string) => (isAway && kind === 'get' ? ({ kind: 'status', status: 503 } as const) : undefined);
    const desk = await anAzureCase({ fault });
    const operator = anOperatorOf(desk);
    await operator.backUp();
    await operator.loseAndRestore();
    await operator.passSweeping(45 * minute);
    expect(await operator.standing()).toMatchObject({ inDoubt: [{ escalationId: id, state: 'intended', ticketName }] });
    expect(await refusal(operator.release())).toMatchObject({ code: 'filing-held', members: { inDoubt: [id] } });
    isAway = false;
    await operator.passSweeping(15 * minute);
    expect(await operator.release()).toMatchObject({ state: 'released' });
  });

  it('does not hold the others for good where its connection is no more', async () => {
    const desk = await anAzureCase({ fault: () => ({ kind: 'status', status: 503 }) });
    const operator = anOperatorOf(desk);
    await operator.backUp();
    await operator.loseAndRestore();
    await operator.passSweeping(45 * minute);
    const release = createReleaseRestore({ ...desk.deps, connections: () => undefined });
    const released = await release({ reason: 'We left that partner.' }, 'person:ada', desk.log.scope);
    expect(released).toMatchObject({ state: 'released', inDoubt: [{ escalationId: id }] });
  });

  it('that a person filed after the plan had refused the desk is not filed again', async () => {
    const desk = await anAzureCase();
    desk.microsoft.state.refusesPlan = true;
    const operator = anOperatorOf(desk);
    await operator.backUp();
    await desk.pass(minute);
    await desk.call('claimEscalation', { id, caller: olav });
    await desk.call('recordFiling', { id, caller: olav, body: { caseNumber } });
    await operator.loseAndRestore();
    await operator.passSweeping(45 * minute);
    await operator.release();
    desk.microsoft.state.refusesPlan = true;
    await operator.passSweeping(10 * minute);
    expect(await desk.read()).toMatchObject({ state: 'awaiting-filing' });
    expect(await refusal(desk.call('claimEscalation', { id, caller: signe }))).toMatchObject({ code: 'filing-held' });
    await desk.call('recordFiling', { id, caller: signe, body: { caseNumber } });
    expect(await desk.read()).toMatchObject({ state: 'filed', caseNumber });
  });

  it('whose request was given up and escalated again since is not filed beside that one', async () => {
    const desk = await anAzureCase();
    const operator = anOperatorOf(desk);
    await operator.backUp();
    desk.requests.set(requestId, anAzureRequest({ state: 'closed' }));
    await desk.pass(minute);
    desk.requests.set(requestId, anAzureRequest());
    await desk.call('escalateRequest', { id: requestId });
    await desk.pass(10 * minute);
    expect([...desk.microsoft.tickets.keys()]).toEqual([`desk-${requestId}-2`]);
    await operator.loseAndRestore();
    await operator.passSweeping(45 * minute);
    await operator.release();
    await operator.passSweeping(10 * minute);
    expect(desk.microsoft.count('put')).toBe(1);
    expect(await desk.read()).toMatchObject({ state: 'parked', parkedReason: { code: 'unverified' } });
  });

  it('whose escalation was lost with the tables is found when its request is escalated again', async () => {
    const desk = await anAzureCase();
    const operator = anOperatorOf(desk);
    desk.stores.of('escalations').partitions.clear();
    await operator.backUp();
    await desk.call('escalateRequest', { id: requestId });
    await desk.pass(10 * minute);
    await operator.loseAndRestore();
    await operator.passSweeping(41 * minute);
    await operator.release();
    await desk.call('escalateRequest', { id: requestId });
    await operator.passSweeping(5 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following' });
    expect(desk.microsoft.count('put')).toBe(1);
  });
});

describe('an assisted case after a restore', () => {
  /** Filed by a person after the export; the desk that comes back knows nothing of it. */
  async function restoredAfterFiling(beforeExport: (desk: Desk) => Promise<unknown> = async () => Promise.resolve()) {
    const desk = await anAssistedCase();
    await beforeExport(desk);
    const operator = anOperatorOf(desk);
    await operator.backUp();
    await desk.call('claimEscalation', { id, caller: olav });
    await desk.call('recordFiling', { id, caller: olav, body: { caseNumber } });
    await operator.loseAndRestore();
    return { ...desk, operator };
  }

  it('takes its number from anybody who found it', async () => {
    const desk = await restoredAfterFiling();
    await desk.call('recordFiling', { id, caller: signe, body: { caseNumber } });
    expect(await stateOf(desk)).toMatchObject({ state: 'filed', caseNumber });
  });

  it('is claimed by nobody while filing is held, and later only by who has looked, late enough', async () => {
    const desk = await restoredAfterFiling();
    const { operator } = desk;
    const claim = async (body: object) => refusal(desk.call('claimEscalation', { id, caller: signe, body }));
    expect(await claim({})).toMatchObject({ code: 'filing-held' });
    expect(await claim({ looked: true })).toMatchObject({ code: 'filing-held' });
    expect((await stateOf(desk)).nextStep).toMatchObject({ what: 'say-whether-filed' });
    const tooEarly = new Date(desk.clock.now() + 5 * minute).toISOString();
    await operator.passSweeping(41 * minute);
    expect(await claim({ looked: true })).toMatchObject({ code: 'filing-held' });
    await operator.release();
    expect(await claim({})).toMatchObject({ code: 'filing-held' });
    expect(await claim({ looked: true, lookedAt: tooEarly })).toMatchObject({ code: 'filing-held' });
    expect(await claim({ looked: true })).toEqual({ code: 'none' });
    expect(await stateOf(desk)).toMatchObject({ state: 'claimed' });
  });

  it('is not freed by the word of who had claimed it before the export alone', async () => {
    const desk = await restoredAfterFiling(async (before) => before.call('claimEscalation', { id, caller: olav }));
    const { operator } = desk;
    await operator.passSweeping(41 * minute);
    await operator.release();
    await desk.call('claimEscalation', { id, caller: olav, body: { filed: false } });
    const claimed = desk.call('claimEscalation', { id, caller: signe });
    expect(await refusal(claimed)).toMatchObject({ code: 'filing-held' });
  });

  it('whose escalation was lost takes its number while filing is held, and is claimed later only by who has looked', async () => {
    const desk = await anAssistedCase();
    const operator = anOperatorOf(desk);
    desk.stores.of('escalations').partitions.clear();
    await operator.backUp();
    await operator.loseAndRestore();
    await desk.call('escalateRequest', { id: requestId });
    await operator.passSweeping(5 * minute);
    expect(await operator.standing()).toMatchObject({ inDoubt: [{ escalationId: id, state: 'awaiting-filing' }] });
    await operator.passSweeping(41 * minute);
    await operator.release();
    const claim = async (of: string, body: object) => refusal(desk.call('claimEscalation', { id: of, body }));
    expect(await claim(id, {})).toMatchObject({ code: 'filing-held' });
    await desk.call('recordFiling', { id, caller: signe, body: { caseNumber } });
    expect(await stateOf(desk)).toMatchObject({ state: 'filed', caseNumber });

    const [older, newer] = ['abcdefghijklmnopqrstuvwxy3', 'abcdefghijklmnopqrstuvwxy4'];
    desk.requests.set(older, aRequest({ requestId: older }));
    desk.requests.set(newer, aRequest({ requestId: newer, createdAt: new Date(desk.clock.now()).toISOString() }));
    await desk.call('escalateRequest', { id: older });
    await desk.call('escalateRequest', { id: newer });
    expect(await claim(`${older}-1`, {})).toMatchObject({ code: 'filing-held' });
    expect(await claim(`${older}-1`, { looked: true })).toEqual({ code: 'none' });
    expect(await claim(`${newer}-1`, {})).toEqual({ code: 'none' });
  });

  it('that was claimed asks its claimant on, when it had been due', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id, caller: olav });
    const operator = anOperatorOf(desk);
    await operator.backUp();
    await operator.loseAndRestore();
    await operator.passSweeping(29 * minute);
    expect(await stateOf(desk)).toMatchObject({ clocks: [{ clock: 'claim' }] });
    await operator.passSweeping(4 * minute);
    expect(await stateOf(desk)).toMatchObject({ clocks: [{ clock: 'filing-answer' }] });
    expect(desk.applied.map(({ escalation }) => escalation.version)).toContain(3);
  });
});

describe('a case that is followed, after a restore', () => {
  it('is not written on twice, where the text was written after the export', async () => {
    const desk = await aFiledCase();
    const operator = anOperatorOf(desk);
    await desk.write();
    await operator.backUp();
    await desk.drain();
    await operator.loseAndRestore();
    await operator.passSweeping(15 * minute);
    expect(desk.letters.all.map(({ puts }) => puts)).toEqual([1]);
    expect(await desk.events('wrote-microsoft')).toHaveLength(1);
  });

  it('gets a new text although another one was lost, whose number it would have had', async () => {
    const desk = await aFiledCase();
    const operator = anOperatorOf(desk);
    await operator.backUp();
    await desk.write('Lost here, known to Microsoft.');
    await desk.drain();
    await operator.loseAndRestore();
    await desk.write('New.');
    await desk.write('Newer.');
    await operator.passSweeping(15 * minute);
    expect(desk.letters.all.map(({ body, puts }) => [body, puts])).toEqual([
      ['Lost here, known to Microsoft.', 1],
      ['New.', 1],
      ['Newer.', 1],
    ]);
  });

  it('has a new text that a person carries told as carried', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id, caller: olav });
    await desk.call('recordFiling', { id, caller: olav, body: { caseNumber } });
    const operator = anOperatorOf(desk);
    await operator.backUp();
    await operator.loseAndRestore();
    const { toCarry } = (await desk.call('writeUpdate', { id, body: { text: 'New.' } })).body as Escalation;
    expect(toCarry).toHaveLength(1);
    const carried = await desk.call('carryUpdate', { id, update: toCarry?.[0]?.id ?? '' });
    expect((carried.body as Escalation).toCarry).toBeUndefined();
  });
});
