import type { Called } from './instance.ts';
import type { Host } from './host.ts';
import { portalIds, type PortalId } from './portal-endpoint.ts';
import { aSentRequest, type World } from './world.ts';

/** One request that a portal means to make, and what it heard. */
export type Wish = {
  portal: PortalId;
  title: string;
  /** Without one it is sent once, whatever comes of it. */
  key: string | undefined;
  body: ReturnType<typeof aSentRequest>;
  /** What else it does with its key: sends it twice at once, takes the request back, asks again, sends another body. */
  habits: { twin: boolean; close: boolean; askAgain: boolean; reuse: boolean };
  taken: Called[];
  isDone: boolean;
};

export const aWish = (portal: PortalId, nth: number, more: Pick<Wish, 'key' | 'habits'>): Wish => {
  const body = aSentRequest(portal, nth);
  return { portal, title: body.title, body, taken: [], isDone: false, ...more };
};

/** Two or three portals with one to three requests each; mostly few: what many do to one another, two do sooner. */
export function drawnWishes({ sim: { random } }: World): Wish[] {
  const chance = (share: number) => random() < share;
  const fewUpTo = (count: number) => Math.max(1, Math.ceil(count * random() ** 3));
  return portalIds.slice(0, 1 + fewUpTo(2)).flatMap((portal) =>
    Array.from({ length: fewUpTo(3) }, (_, nth) => {
      const key = chance(0.8) ? `${portal}-${String(nth)}` : undefined;
      const habits = { twin: chance(0.3), close: chance(0.3), askAgain: chance(0.2), reuse: chance(0.1) };
      return aWish(portal, nth, { key, habits });
    }),
  );
}

/** `wrong` names answers that no client may ever see. */
export type Clients = { wishes: Wish[]; wrong: string[]; areDone: () => boolean };

const patienceMs = 15_000;

/** Portals that send requests and ask again, with the same key, until they are told that it was taken. */
export function startClients({ sim, faults, outside }: World, host: Host, wishes: Wish[]): Clients {
  const clock = sim.clockOf(outside);
  const upTo = (count: number) => 1 + Math.floor(sim.random() * count);
  const wrong: string[] = [];
  let running = 0;

  /** Undefined where no answer came. */
  const tryOnce = async (calling: Parameters<Host['call']>[0]): Promise<Called | undefined> => {
    const answered = new AbortController();
    const patience = faults.hits('client hangs up') ? Math.floor(sim.random() * 300) : patienceMs;
    const hangUp = clock.sleep(patience, answered.signal).then(
      () => undefined,
      () => undefined,
    );
    try {
      return await Promise.race([host.call(calling), hangUp]);
    } catch {
      return undefined;
    } finally {
      answered.abort();
    }
  };

  /** Until the answer is one that settles it; 503 and silence do not. */
  const insist = async (calling: Parameters<Host['call']>[0]): Promise<Called> => {
    for (;;) {
      const answer = await tryOnce(calling);
      if (answer !== undefined && answer.status !== 503) return answer;
      if (answer?.headers.get('retry-after') === null) wrong.push('a 503 says not when to come again');
      await clock.sleep(upTo(4_000));
    }
  };

  const post = ({ portal, key }: Wish, body: unknown) => ({
    route: 'submitRequest',
    headers: { authorization: `Bearer ${portal}`, ...(key !== undefined && { 'idempotency-key': key }) },
    body,
  });

  const takeDown = (wish: Wish, answer: Called | undefined): void => {
    const isUnheard = answer === undefined || (wish.key === undefined && answer.status === 503);
    if (isUnheard) return;
    // Without a key nothing can be a repeat.
    const isTaken = answer.status === 201 || (answer.status === 200 && wish.key !== undefined);
    if (isTaken) wish.taken.push(answer);
    else wrong.push(`${wish.title} was answered ${String(answer.status)} ${answer.text}`);
  };

  const sendAnother = async (wish: Wish): Promise<void> => {
    const { status } = await insist(post(wish, { ...wish.body, title: 'Another body under the same key' }));
    if (status !== 409) wrong.push(`another body under the key of ${wish.title} was answered ${String(status)}`);
  };

  /** A portal takes its request back: another event, another row in other lists. */
  const takeBack = async (wish: Wish): Promise<void> => {
    const { id } = JSON.parse(wish.taken[0]?.text ?? '{}') as { id: string };
    const headers = { authorization: `Bearer ${wish.portal}`, 'if-match': '"1"', 'idempotency-key': 'close' };
    const body = { to: 'closed', reason: 'It sings again' };
    const { status, text } = await insist({ route: 'transitionRequest', headers, params: { id }, body });
    if (status !== 200) wrong.push(`closing ${wish.title} was answered ${String(status)} ${text}`);
  };

  const pursue = async (wish: Wish): Promise<void> => {
    await clock.sleep(upTo(60_000));
    if (wish.key === undefined) {
      takeDown(wish, await tryOnce(post(wish, wish.body)));
      return;
    }
    const { twin, close, askAgain, reuse } = wish.habits;
    const sends = Array.from({ length: twin ? 2 : 1 }, async () => insist(post(wish, wish.body)));
    for (const answer of await Promise.all(sends)) takeDown(wish, answer);
    if (wish.taken.length === 0) return;
    if (close) await takeBack(wish);
    if (askAgain) takeDown(wish, await insist(post(wish, wish.body)));
    if (reuse) await sendAnother(wish);
  };

  for (const wish of wishes) {
    running++;
    void pursue(wish).then(() => {
      running--;
      wish.isDone = true;
    });
  }
  return { wishes, wrong, areDone: () => running === 0 };
}
