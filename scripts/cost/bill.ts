import alerts from '../../infra/alerts.json' with { type: 'json' };
import list from '../../infra/prices.json' with { type: 'json' };
import resources from '../../infra/resources.json' with { type: 'json' };
import telemetry from '../../infra/telemetry.json' with { type: 'json' };
import type { Job } from './count.ts';
import { assumptions as a, memories } from './month.ts';
import { plus } from './work.ts';

/** One resource's line of the bill: what is used, beyond what is included, and US dollars a month. */
export type BillLine = { resource: string; used: string; dollars: number };
export type Bill = { lines: BillLine[]; total: number; logShare: number };

const price = (name: keyof typeof list.prices): number => list.prices[name].price;
const beyond = (amount: number, included: keyof typeof list.included): number =>
  Math.max(0, amount - list.included[included].amount);
const rounded = (amount: number): string => Math.round(amount).toLocaleString('en-US');

const queueCount = Object.keys(resources.queues).length;
const minutes = a.days * 24 * 60;
const gigabyte = 1e9;
/** Of a private network: two accounts (blobs and tables of one, tables of the other), two vaults, the bus; a zone for each kind. */
const privateEndpoints = 6;
const privateZones = 4;

/** Seconds for which the runs of a job are billed, each alone: it waits for Microsoft, storage and bus, one after the other. */
function aloneSeconds({ runsOn, work }: Job, memoryGb: number): number {
  if (work.runs === 0) return 0;
  const waves = work.calls / (runsOn === 'runHealthPoll' ? a.callsAtOnce : 1);
  const waiting =
    waves * a.microsoftMs +
    (work.tables / (runsOn === 'sweep' ? a.sweptAtOnce : 1)) * a.storageMs +
    (work.sends + work.received) * a.busMs;
  const each = (waiting + (work.calls * a.processorMsPerCall * memories.usual) / memoryGb) / 1_000 / work.runs;
  return work.runs * Math.max(a.leastRunSeconds, each);
}

/** Seconds of instances that are billed, of one function: never more than the instances that carry it, all month long. */
function functionSeconds(jobs: readonly Job[], memoryGb: number): number {
  const alone = jobs.reduce((sum, job) => sum + aloneSeconds(job, memoryGb), 0);
  const month = minutes * 60;
  return Math.min(alone, month * Math.ceil(alone / month / a.runsAtOnce));
}

const alertsCost = (): number =>
  alerts.logs.reduce((sum, { every }) => {
    const name = every === 'PT5M' ? 'logAlert5' : every === 'PT10M' ? 'logAlert10' : 'logAlert15';
    return sum + price(name);
  }, 0) +
  alerts.metrics.reduce(
    (sum, { splitBy }) => sum + price('metricAlert') * (splitBy.includes('EntityName') ? queueCount : 1),
    0,
  );

/** What runs: a month's jobs, of so many customers, whose own rows have so many bytes each. */
export type Load = { jobs: readonly Job[]; customers: number; storedPerCustomer: number };

/** What a month costs on a public network, Flex Consumption, tables in three zones and two regions. */
export function billOf({ jobs, customers, storedPerCustomer }: Load, memoryGb: number = memories.usual): Bill {
  const all = plus(...jobs.map(({ work }) => work));
  const functions = [...new Set(jobs.map(({ runsOn }) => runsOn))];
  const seconds = functions.reduce(
    (sum, name) =>
      sum +
      functionSeconds(
        jobs.filter(({ runsOn }) => runsOn === name),
        memoryGb,
      ),
    0,
  );
  const gbSeconds = seconds * memoryGb;
  const busOperations = all.sends + 2 * all.received + queueCount * a.busQuestionsPerQueueMinute * minutes;
  const secretReads = all.secrets + a.secretReadsPerMinute * minutes;
  const storedGb = (all.stored * a.keptMonths + customers * storedPerCustomer) / gigabyte;
  const logGb =
    (all.lineBytes +
      all.lines * telemetry.bytesPerLine +
      all.runs * telemetry.bytesPerRun +
      secretReads * a.auditBytesPerSecretRead +
      a.hostLogBytesPerDay * a.days) /
    gigabyte;
  const ticks = jobs.filter(({ name }) => name.startsWith('timer')).reduce((sum, { work }) => sum + work.runs, 0);
  const outboundGb = (all.calls * a.callBytes + all.runs * a.answerBytes) / gigabyte;
  const logs = beyond(logGb, 'logGb') * price('logGb');
  const lines: BillLine[] = [
    {
      resource: 'Functions, working time',
      used: `${rounded(gbSeconds)} GB-s`,
      dollars: beyond(gbSeconds, 'flexGbSeconds') * price('flexExecution'),
    },
    {
      resource: 'Functions, executions',
      used: rounded(all.runs),
      dollars: (beyond(all.runs, 'flexExecutions') / 1e6) * price('flexExecutions'),
    },
    {
      resource: 'Table storage, operations',
      used: rounded(all.tables),
      dollars: (all.tables / 1e4) * price('tableOperation'),
    },
    { resource: 'Table storage, data', used: `${storedGb.toFixed(1)} GB`, dollars: storedGb * price('tableGb') },
    {
      resource: 'Blob storage of the host',
      used: `${rounded(ticks * a.hostWritesPerTick + a.hostLeasesPerMinute * minutes)} operations`,
      dollars:
        (ticks * a.hostWritesPerTick * price('blobWrite') + a.hostLeasesPerMinute * minutes * price('blobOther')) / 1e4,
    },
    { resource: 'Service Bus, base', used: '1 namespace (Standard)', dollars: price('busBase') },
    {
      resource: 'Service Bus, operations',
      used: rounded(busOperations),
      dollars: (beyond(busOperations, 'busOperations') / 1e6) * price('busOperation'),
    },
    {
      resource: 'Key Vault',
      used: `${rounded(secretReads)} operations`,
      dollars: (secretReads / 1e4) * price('vaultOperation'),
    },
    { resource: 'Logs', used: `${logGb.toFixed(1)} GB`, dollars: logs },
    { resource: 'Alerts', used: `${String(alerts.logs.length + alerts.metrics.length)} rules`, dollars: alertsCost() },
    {
      resource: 'Traffic out',
      used: `${rounded(outboundGb)} GB`,
      dollars: beyond(outboundGb, 'outboundGb') * price('outboundGb'),
    },
  ];
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  return { lines, total, logShare: logs / total };
}

/** What other choices add to a month's bill. */
export const choices = (): BillLine[] => [
  {
    resource: 'private network',
    used: `Service Bus Premium, ${String(privateEndpoints)} private endpoints, ${String(privateZones)} zones, a NAT gateway and its address, without what goes through them`,
    dollars:
      price('busPremiumUnit') -
      price('busBase') +
      privateEndpoints * price('privateEndpoint') +
      privateZones * price('privateDnsZone') +
      price('natGateway') +
      price('publicAddress'),
  },
  {
    resource: 'an HTTP instance of 2 GB that is always ready',
    used: 'its baseline',
    dollars: minutes * 60 * memories.usual * price('alwaysReadyBaseline'),
  },
  {
    resource: 'Elastic Premium instead of Flex Consumption',
    used: 'one instance EP1, which is always there',
    dollars: price('premiumCpu') + price('premiumMemory'),
  },
];
