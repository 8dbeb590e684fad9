import { minuteMs } from '../../shared/core/clock.ts';
import { aHealthDesk, type HealthDesk } from '../../test/health/health-desk.ts';
import { announceAll, registerPortals } from '../../test/health/announce-all.ts';
import { lineOf, noWork, plus, times, type Line, type Work } from './work.ts';
import { countedBy, workOf } from './ports.ts';

/** How long what recurs within minutes is watched: each relay comes round at least once. */
const watchedMinutes = 15;
const perDay = (24 * 60) / watchedMinutes;

/** Turns that recur within minutes; posts of Message center are read every six hours. */
const often = ['shard', 'azure', 'directory', 'delegation'] as const;
const feeds = [...often, 'message-center'] as const;
export type Feed = (typeof feeds)[number];
export type FeedWork = Record<Feed, Work>;

const portsOf = ({ microsoft: { calls }, memory, bus, entries }: HealthDesk) => ({ memory, bus, calls, entries });

/** A desk that has read everything once. Every customer has a subscription in Azure. */
async function aQuietDesk(customers: number) {
  const desk = aHealthDesk();
  await desk.begin(customers, customers);
  /** What the timer of the polls does. */
  const tick = async () => {
    for (const ensure of [desk.ensurePolling, desk.ensureAzure, desk.ensureMessageCenter]) await ensure(desk.scope);
  };
  await tick();
  await desk.ensureDelegation(desk.scope);
  await desk.drain();
  return { desk, tick };
}

/** What each feed costs a quiet day. */
async function quietDay(desk: HealthDesk, customers: number): Promise<FeedWork> {
  const drained = async (feed: string) =>
    workOf(portsOf(desk), async () => {
      const runs = await desk.drain((kind) => kind === feed);
      return { runs, received: runs };
    });
  const pass = async (minutes: number, wanted: readonly Feed[]) => {
    await desk.advance(minutes * minuteMs);
    const found = new Map<Feed, Work>();
    for (const feed of wanted) found.set(feed, await drained(feed));
    await desk.drain((kind) => !wanted.includes(kind as Feed));
    return found;
  };

  const day = Object.fromEntries(feeds.map((feed) => [feed, noWork])) as FeedWork;
  for (let passed = 0; passed < watchedMinutes; passed += 5) {
    for (const [feed, work] of await pass(5, often)) day[feed] = plus(day[feed], work);
  }
  for (const feed of often) day[feed] = times(day[feed], perDay);
  // Then the clock jumps to the next reading of posts, and to the daily pass of the directory, whose pages come one by one.
  await pass(6 * 60, []);
  const posts = (await pass(6 * 60, ['message-center'])).get('message-center') ?? noWork;
  day['message-center'] = times(posts, 4);
  await pass(11 * 60, []);
  for (let page = 0; page < 2 + 2 * Math.ceil(customers / 100); page++) {
    for (const [, work] of await pass(page === 0 ? 60 : 1, ['directory'])) day.directory = plus(day.directory, work);
  }
  return day;
}

/** An incident that hits every customer of one shard: it begins, gets worse and ends; portals are told each time. */
async function anIncident(desk: HealthDesk, portalIds: readonly string[]): Promise<{ work: Work; notices: number }> {
  await registerPortals(desk, portalIds);
  const everyone = desk.microsoft.tenants.map(({ id }) => id);
  let notices = 0;
  const cycle = async () =>
    workOf(portsOf(desk), async () => {
      await desk.untilDue();
      const runs = await desk.drain();
      const told = await announceAll(desk, portalIds);
      notices += told.notices;
      return { runs: runs + told.events, received: runs + told.events };
    });
  const quiet = await cycle();
  const works: Work[] = [];
  for (const change of [
    { status: 'investigating' },
    { status: 'serviceDegradation' },
    { status: 'serviceRestored', isResolved: true },
  ]) {
    desk.microsoft.issue({ id: 'MO1', at: desk.now(), tenants: everyone, ...change });
    // The next cycle tells the customers' rows again.
    for (let n = 0; n < 2; n++) works.push(plus(await cycle(), times(quiet, -1)));
  }
  return { work: plus(...works), notices };
}

/**
 * The feeds of a desk with so few customers that they fit into a shard, counted; those of more follow from one and from two full
 * shards. Beside it the timer of the polls, an incident, and how many bytes a customer's rows have.
 */
export async function countFeeds(few: number, shardTenants: number, portalIds: readonly string[]) {
  const count = async (customers: number) => {
    const { desk, tick } = await aQuietDesk(customers);
    const ticked = await workOf(portsOf(desk), async () => tick().then(() => ({ runs: 1, received: 0 })));
    return { desk, ticked, stored: countedBy(portsOf(desk)).stored, day: await quietDay(desk, customers) };
  };
  const [small, one, two] = [await count(few), await count(shardTenants), await count(2 * shardTenants)];
  return {
    small: small.day,
    lines: Object.fromEntries(feeds.map((feed) => [feed, lineOf(one.day[feed], two.day[feed])])) as Record<Feed, Line>,
    tick: lineOf(one.ticked, two.ticked),
    storedPerCustomer: one.stored / shardTenants,
    incident: await anIncident(one.desk, portalIds),
  };
}
