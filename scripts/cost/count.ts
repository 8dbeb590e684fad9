import { limits } from '../../shared/core/limits.ts';
import { countAssistedCase, countAzureCase, countMailbox } from './count-cases.ts';
import { countFeeds, type Feed } from './count-feeds.ts';
import { countRequests } from './count-requests.ts';
import { countSweep } from './count-sweep.ts';
import { assumptions, sizes } from './month.ts';
import { at, times, type Work } from './work.ts';

/** The smallest size is counted as it is: it fits into one shard. */
const few = sizes[0].customers;

/** Runs the desk in memory, over ports that count, and returns what each of its jobs costs. Takes about three seconds. */
export async function countDesk() {
  const portalIds = Array.from({ length: assumptions.portals }, (_, n) => `portal-${String(n)}`);
  return {
    requests: await countRequests(),
    azureCase: await countAzureCase(),
    assistedCase: await countAssistedCase(),
    mailbox: await countMailbox(),
    sweep: await countSweep(limits.healthShardTenants),
    feeds: await countFeeds(few, limits.healthShardTenants, portalIds),
  };
}

export type Counted = Awaited<ReturnType<typeof countDesk>>;

/** A job of the desk in a month: what it asks, and which function does it. */
export type Job = { name: string; runsOn: string; work: Work };

const feedNames: Record<Feed, string> = {
  shard: 'service health of Microsoft 365',
  azure: 'service health of Azure',
  'message-center': 'planned changes',
  directory: 'directory of customers',
  delegation: 'delegated relationships',
};

/** What a desk of this size does in a month: counts times assumptions. */
export function monthOf(counted: Counted, customers: number): Job[] {
  const a = assumptions;
  const minutes = a.days * 24 * 60;
  const shards = Math.ceil(customers / limits.healthShardTenants);
  const { feeds, requests, azureCase, assistedCase } = counted;
  const feed = (name: Feed) => (customers === few ? feeds.small[name] : at(feeds.lines[name], shards));
  const requestsCount = customers * a.requestsPerCustomer;
  const cases = (requestsCount * a.escalatedPercent) / 100;
  const azureCases = (cases * a.azurePercent) / 100;
  const assisted = cases - azureCases;
  const hits = a.incidents * Math.max(1, (shards * a.incidentShardPercent) / 100);
  const sweep = at(counted.sweep, shards);
  // Its line in the log is about as long as the sweep's.
  const polls = { ...at(feeds.tick, shards), lines: sweep.lines, lineBytes: sweep.lineBytes };
  const notice = times(requests.notices, 1 / requests.notices.runs);
  const jobs: [string, string, Work][] = [
    ...(Object.keys(feedNames) as Feed[]).map((name): [string, string, Work] => [
      feedNames[name],
      'runHealthPoll',
      times(feed(name), a.days),
    ]),
    ['case mailboxes', 'runHealthPoll', times(counted.mailbox, (a.caseMailboxes * minutes) / a.mailboxMinutes)],
    ['timer of the sweep', 'sweep', times(sweep, minutes / a.sweepMinutes)],
    ['timer of the polls', 'pollServiceHealth', times(polls, minutes / a.pollTimerMinutes)],
    ['incidents', 'runHealthPoll', times(feeds.incident.work, hits)],
    ['requests', 'projectDeskEvents', times(requests.life, requestsCount)],
    [
      'notices to portals',
      'deliverNotice',
      times(notice, requestsCount * requests.notices.runs + hits * feeds.incident.notices),
    ],
    ['look-ups', 'http', times(requests.lookUp, customers * a.lookUpsPerCustomerDay * a.days)],
    ['Azure cases: filed', 'runEscalation', times(azureCase.filing, azureCases)],
    ['Azure cases: followed', 'runEscalation', times(azureCase.day, azureCases * a.caseDays)],
    ['assisted cases: filed', 'runEscalation', times(assistedCase.filing, assisted)],
    ['assisted cases: followed', 'runEscalation', times(assistedCase.day, assisted * a.caseDays)],
    ['mails of Microsoft', 'runHealthPoll', times(assistedCase.mail, assisted * a.mailsPerCase)],
  ];
  return jobs.map(([name, runsOn, work]) => ({ name, runsOn, work }));
}
