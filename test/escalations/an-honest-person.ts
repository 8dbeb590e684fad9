import { limits } from '../../shared/core/limits.ts';
import { isAppError } from '../../shared/core/errors.ts';
import type { Answer } from '../../shared/platform/route.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import type { SimulatedPortal } from './two-people-portal.ts';
import type { VirtualTime } from './two-people-time.ts';

const minute = 60_000;
const settleMs = limits.claimSettleMinutes * minute;

export type Call = (route: 'claim' | 'filing', body: object, key: string) => Promise<Answer>;

type Heard =
  | { kind: 'ok'; body: Escalation }
  | { kind: 'taken'; takeOverAt: number }
  | { kind: 'over' }
  | { kind: 'nothing-heard' };

type Person = {
  name: string;
  call: Call;
  time: VirtualTime;
  portal: SimulatedPortal;
  random: () => number;
  endAt: number;
  /** Since when this person is asked whether the case was filed. */
  askedSince: () => boolean;
};

/**
 * Somebody who keeps to the rules, and is slow, forgetful, called away, and has a bad line: sends a case only under a claim, or at
 * most the settle time after one; claims again where it has ended; looks for the marker before taking over; never says that
 * nothing was filed with a case in hand.
 */
export async function anHonestPerson(person: Person): Promise<void> {
  const { time, portal, random, endAt } = person;
  const chance = (share: number) => random() < share;
  const minutes = (most: number) => Math.floor(random() * (most + 1)) * minute;
  const ask = asking(person);
  const isForgetful = chance(0.3);
  const neverAnswers = chance(0.25);
  const givesUpAt = time.now() + minutes(300);
  let heldUntil = 0;
  let number: string | undefined;

  const claim = async (body: object): Promise<Heard> => {
    const heard = await ask('claim', body);
    if (heard.kind === 'ok') heldUntil = Date.parse(heard.body.claim?.until ?? '');
    return heard;
  };
  /** Under a claim: fills in the form, and sends it while the claim holds, or a little late. */
  const file = async (): Promise<void> => {
    await time.wait(minutes(45));
    if (time.now() >= heldUntil) return;
    const latest = heldUntil + settleMs - 1;
    const sendAt = chance(0.2) ? latest - Math.floor(random() * 2) : time.now() + minutes(15);
    await time.until(Math.min(sendAt, latest));
    number = portal.file();
  };
  /** True: over, there is nothing more to do here. */
  const takeOver = async (takeOverAt: number): Promise<boolean> => {
    if (takeOverAt > endAt) return true;
    await time.until(Math.max(takeOverAt + (chance(0.5) ? 0 : minutes(60)), time.now()));
    const lookedAt = new Date(time.now()).toISOString();
    const found = portal.find();
    await time.wait(chance(0.8) ? minutes(3) : minutes(90));
    if (found !== undefined) return (await ask('filing', { caseNumber: found })).kind !== 'nothing-heard';
    await claim({ looked: true, lookedAt });
    return false;
  };

  /** Each act is true where there is nothing more to do here. */
  const tell = async (caseNumber: string): Promise<boolean> => {
    if (neverAnswers && isForgetful) return true;
    if (isForgetful && !person.askedSince()) await time.wait(minutes(120));
    const heard = await ask('filing', { caseNumber });
    return heard.kind === 'ok' || heard.kind === 'over';
  };
  const work = async (): Promise<boolean> => {
    if (chance(0.15)) await time.wait(minutes(60));
    else await file();
    return false;
  };
  const giveUp = async (): Promise<boolean> => {
    heldUntil = 0;
    await ask('claim', { filed: false });
    return chance(0.5);
  };
  const tryToClaim = async (): Promise<boolean> => {
    if (time.now() > givesUpAt) return true;
    const heard = await claim({});
    return heard.kind === 'over' || (heard.kind === 'taken' && (await takeOver(heard.takeOverAt)));
  };
  const act = async (): Promise<boolean> => {
    if (number !== undefined) return tell(number);
    if (time.now() < heldUntil) return work();
    return person.askedSince() && !neverAnswers && chance(0.5) ? giveUp() : tryToClaim();
  };
  while (time.now() < endAt) {
    await time.wait(minutes(20));
    if (await act()) return;
  }
}

/** A call over a bad line: lost on its way there or back, made again with the same key, and doubled on its way. */
function asking({ name, call, time, random }: Person) {
  let calls = 0;
  const chance = (share: number) => random() < share;
  return async (route: 'claim' | 'filing', body: object): Promise<Heard> => {
    const key = `${name}-${String(++calls)}`;
    const once = async () => call(route, body, key).then(heardOf, refusalOf);
    for (let tries = 1; tries <= 3; tries++) {
      const isLostOnTheWay = chance(0.06);
      const heard = isLostOnTheWay ? undefined : await once();
      if (!isLostOnTheWay && chance(0.1)) void time.wait(Math.floor(random() * 2) * 30_000).then(once);
      if (heard && !chance(0.12)) return heard;
      if (chance(0.3)) break;
      await time.wait(Math.floor(random() * 20) * minute);
    }
    return { kind: 'nothing-heard' };
  };
}

const heardOf = (answer: Answer): Heard => ({ kind: 'ok', body: answer.body as Escalation });

function refusalOf(error: unknown): Heard {
  if (isAppError(error, 'claimed-by-another')) {
    return { kind: 'taken', takeOverAt: Date.parse(String(error.extras.members?.takeOverAt)) };
  }
  if (isAppError(error, 'illegal-transition')) return { kind: 'over' };
  throw error;
}
