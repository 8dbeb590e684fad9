import { callDesk } from '../local/call-desk.ts';
import { deskAndToken } from './command/desk.ts';
import { optionsOf } from './command/options.ts';

const usage = `npm run grant-consents [-- --desk URL] [--connection ID] [--customer ID …] [--dry-run]
  Grants the desk's application its delegated permissions in customers' tenants, through Partner Center.
  The desk is --desk, DESK_BASE_URL, or the local world that runs; the token of a Desk.Admin is DESK_TOKEN.
  Results come as CSV on standard output, progress on standard error.
  Ends with 1 where a customer was refused or unknown. The desk does the work: this command may be stopped and called again.`;

type Run = {
  id: string;
  state: 'running' | 'done';
  done: number;
  counts: Record<string, number>;
  results: { customerId: string; outcome: string; code?: string; remedy?: string }[];
  nextCursor?: string;
};

const values = optionsOf(usage, {
  desk: { type: 'string' },
  connection: { type: 'string' },
  customer: { type: 'string', multiple: true },
  'dry-run': { type: 'boolean', default: false },
});
const { desk, token } = await deskAndToken(usage, values.desk);

async function call<T>(path: string, body?: unknown): Promise<T> {
  const { status, json } = await callDesk(desk, path, { token, ...(body !== undefined && { body }) });
  if (status >= 300) throw new Error(`${path} answered ${String(status)}: ${JSON.stringify(json)}`);
  return json as T;
}

const quoted = (text = ''): string => `"${text.replaceAll('"', '""')}"`;

const { id } = await call<{ id: string }>('api/consent-runs', {
  dryRun: values['dry-run'],
  ...(values.connection !== undefined && { connectionId: values.connection }),
  ...(values.customer && { customerIds: values.customer }),
});
let run = await call<Run>(`api/consent-runs/${id}?limit=1`);
while (run.state === 'running') {
  console.error(`${String(run.done)} customers done: ${JSON.stringify(run.counts)}`);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  run = await call<Run>(`api/consent-runs/${id}?limit=1`);
}
console.error(`All ${String(run.done)} done: ${JSON.stringify(run.counts)}`);
console.log('customerId,outcome,code,remedy');
let cursor: string | undefined;
do {
  const page = await call<Run>(`api/consent-runs/${id}?limit=100${cursor === undefined ? '' : `&cursor=${cursor}`}`);
  for (const { customerId, outcome, code, remedy } of page.results) {
    console.log([customerId, outcome, quoted(code), quoted(remedy)].join(','));
  }
  cursor = page.nextCursor;
} while (cursor !== undefined);
process.exitCode = (run.counts.refused ?? 0) + (run.counts.unknown ?? 0) > 0 ? 1 : 0;
