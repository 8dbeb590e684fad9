import { createClaim } from '../../shared/escalations/claim.ts';
import type { EscalationRow } from '../../shared/escalations/escalation.ts';
import { move } from '../../shared/escalations/escalation-rules.ts';
import { commitChange, partitionOf, readEscalation, readEvent } from '../../shared/escalations/escalation-store.ts';
import { createFiling } from '../../shared/escalations/filing-by-hand.ts';
import { createStepEscalation } from '../../shared/escalations/step-escalation.ts';
import { deleteWake, owedRows, type WakeMessage } from '../../shared/platform/outbox.ts';
import type { QueueHandler } from '../../shared/platform/queue-handler.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { anAssistedCase, id, requestId } from './an-assisted-case.ts';
import { anHonestPerson } from './an-honest-person.ts';
import { aPerson } from './builders.ts';
import { simulatedPortal } from './two-people-portal.ts';
import { virtualTime } from './two-people-time.ts';

const hour = 3_600_000;
const pk = partitionOf(requestId);

/** A case that waits to be filed, made once by the real code and copied for each run. */
export async function aBeginning() {
  const desk = await anAssistedCase();
  const rows = [...(desk.stores.of('escalations').partitions.get(pk) ?? [])];
  return { deps: desk.deps, scope: desk.log.scope, rows };
}
export type Beginning = Awaited<ReturnType<typeof aBeginning>>;

/** What is wrong at the end of one run of two or three people with one packet; empty for a good one. */
export async function runTwoPeople(beginning: Beginning, seed: number, isFreedUnasked = false): Promise<string[]> {
  const random = seededRandom(seed);
  const time = virtualTime(random);
  const portal = simulatedPortal();
  const pause = async () => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await Promise.resolve();
  };
  const stores = memoryTables({ before: pause, after: pause });
  stores.of('escalations').partitions.set(pk, new Map(beginning.rows));
  const held = memoryBus(time.now);
  const ids = seededIds(random);
  const deps = (skewMs: () => number) => ({
    ...beginning.deps,
    tables: (name: string) => withWriteTokens(stores.tables(name), ids),
    bus: {
      send: async (...[queue, messages]: Parameters<typeof held.bus.send>) =>
        queue === 'escalations' ? held.bus.send(queue, messages) : Promise.resolve(),
    },
    clock: time.clock(skewMs),
    random,
  });
  const { scope } = beginning;
  const [claim, filing] = [createClaim(deps(() => 0)), createFiling(deps(() => 0))];
  const workers = deps(() => Math.round((random() - 0.5) * 120_000));
  const step = isFreedUnasked ? freeUnasked(workers) : createStepEscalation(workers);
  const table = stores.tables('escalations');
  const row = async () => (await readEscalation(table, id))!.row;

  const endAt = time.now() + 12 * hour;
  let latest: EscalationRow = await row();
  const people = ['olav', 'signe', 'berit'].slice(0, random() < 0.3 ? 3 : 2).map(async (name) => {
    const caller = aPerson(name);
    await anHonestPerson({
      name,
      time,
      portal,
      random,
      endAt,
      call: async (route, body, key) => {
        const call = { escalationId: id, caller, headers: new Headers({ 'idempotency-key': key }), scope };
        return route === 'claim' ? claim({ ...call, body }) : filing({ ...call, body: body as { caseNumber: string } });
      },
      askedSince: () => latest.claimedBy === caller.id && latest.askedAt !== undefined,
    });
  });
  const left = new Set(people);
  const done = Promise.all(people.map(async (one) => one.finally(() => left.delete(one))));

  while (left.size > 0) {
    const next = [time.nextAt(), held.nextReadyAt()].filter((at) => at !== undefined);
    const working = held.ready().map(async (message) => {
      held.take(message);
      const once = async () => step(message.message.body as WakeMessage, scope);
      await Promise.all(random() < 0.2 ? [once(), once()] : [once()]);
      held.complete(message);
    });
    if (working.length > 0) await Promise.all(working);
    else await time.moveTo(Math.min(...next));
    latest = await row();
  }
  await done;
  return findings({ latest, portal, owed: await owedRows(table, pk), askedAt: await lastAsked(table, latest) });
}

/** The planted bug: a claim that ends frees the case, and nobody is asked. */
function freeUnasked(deps: Parameters<typeof createStepEscalation>[0]): QueueHandler {
  const honest = createStepEscalation(deps);
  return async (message, scope) => {
    const held = await readEscalation(deps.tables('escalations'), id);
    if (held?.row.state !== 'claimed' || held.row.turn !== message.body.turn) return honest(message, scope);
    const change = { claimedUntil: undefined, turn: held.row.turn + 1 };
    const { after, event } = move(held.row, {
      to: 'awaiting-filing',
      what: 'claim-expired',
      nowMs: deps.clock.now(),
      change,
    });
    await commitChange(deps, { held, after, event }, scope).catch(() => undefined);
    await deleteWake(deps.tables('escalations'), message);
  };
}

async function lastAsked(table: Parameters<typeof readEvent>[0], { version }: EscalationRow): Promise<boolean> {
  const last = await readEvent(table, id, version);
  return last?.what === 'filing-asked';
}

type End = {
  latest: EscalationRow;
  portal: ReturnType<typeof simulatedPortal>;
  owed: readonly { rk: string }[];
  askedAt: boolean;
};

function findings({ latest, portal: { numbers }, owed, askedAt }: End): string[] {
  const steps = owed.filter(({ rk }) => rk.endsWith(`|step|${id}|${String(latest.turn)}`));
  const isNumbered = latest.caseNumber !== undefined;
  return [
    ...(numbers.length > 1 ? [`${String(numbers.length)} cases were filed`] : []),
    ...(isNumbered && latest.caseNumber !== numbers[0] ? [`the desk knows ${String(latest.caseNumber)}`] : []),
    ...(latest.state === 'awaiting-filing' && numbers.length > 0
      ? ['a case was filed, and nobody is asked for it']
      : []),
    ...(latest.state === 'claimed' && steps.length !== 1 ? ['a claimed case, and nobody will be asked'] : []),
    ...(latest.askedAt !== undefined && !askedAt ? ['a question is shown that was not told'] : []),
    ...(latest.otherCaseNumbers ? ['a second number was told'] : []),
  ];
}
