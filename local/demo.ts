import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDeskWorld } from './desk-world.ts';
import { assistedCase } from './demo/assisted-case.ts';
import { azureCase, refusedAzureCase } from './demo/azure-case.ts';
import { billingCase } from './demo/billing-case.ts';
import { incidentStory } from './demo/incident.ts';
import { azureRequest, billingRequest, criticalRequest, sharePointRequest } from './demo/requests.ts';
import { severityA } from './demo/severity-a.ts';
import { sharedCase } from './demo/shared-case.ts';
import { createStory, type Story } from './demo/story.ts';
import { runningStack, type Stack } from './stack-file.ts';

/** `npm run demo`: the main job through the public API, against the running world or one of its own. */
const { values } = parseArgs({ options: { fault: { type: 'string' } } });
if (values.fault !== undefined && values.fault !== 'azure-403') {
  console.error(`unknown fault ${values.fault}; there is azure-403`);
  process.exit(2);
}

async function tell(stack: Stack): Promise<void> {
  const story = createStory(stack);
  // What Azure refuses is remembered for a day: the other story's subscription stays as it is.
  const [portal, other] = values.fault === undefined ? stack.portals : stack.portals.toReversed();
  const customer = portal?.customers.find((each) => each.azureSubscriptionId === undefined);
  const azureCustomer = portal?.customers.find((each) => each.azureSubscriptionId !== undefined);
  const { operator, admin } = stack.tokens ?? {};
  const ours = portal && withToken(portal);
  const theirs = other && withToken(other);
  if (!ours || !theirs || !customer || !azureCustomer || operator === undefined || admin === undefined) {
    throw new Error('the demo needs the world’s own tokens, a customer and one with Azure');
  }
  const wanted = { portal: ours, people: { operator, admin } };
  if (values.fault === 'azure-403') {
    await refusedAzureCase(story, { ...wanted, request: azureRequest(azureCustomer) });
    return;
  }
  await assistedCase(story, { ...wanted, request: sharePointRequest(customer) });
  await azureCase(story, { ...wanted, request: azureRequest(azureCustomer) });
  await billingCase(story, { ...wanted, tenantId: customer.tenantId, request: billingRequest(customer) });
  const customers = await withHealthyMail(story, ours.token, portal.customers);
  const [elsewhere] = await withHealthyMail(story, theirs.token, other.customers);
  const [first, second] = customers;
  const sharers = [
    { portal: ours, customer: first },
    { portal: ours, customer: second },
    { portal: theirs, customer: elsewhere },
  ] as const;
  await sharedCase(story, { people: wanted.people, sharers, incidentId: freshIncident() });
  await severityA(story, { ...wanted, request: criticalRequest(customer) });
  await incidentStory(story, { portal: ours, customers, incidentId: freshIncident() });
}

const withToken = ({ id, token }: Stack['portals'][number]) => (token === undefined ? undefined : { id, token });

/** One that this world has not seen, however often the stories are told in it. */
const freshIncident = (): string => `EX${String(Date.now()).slice(-7)}`;

type Customers = Stack['portals'][number]['customers'];

async function withHealthyMail(story: Story, token: string, customers: Customers) {
  const healthy: Customers = [];
  for (const customer of customers) {
    const { json } = await story.call(`/api/customers/${customer.customerId}/health`, { token });
    const services = json.services as { id: string; status: string }[];
    if (services.some(({ id, status }) => id === 'Exchange' && status === 'healthy')) healthy.push(customer);
  }
  const [first, second, third] = healthy;
  if (!first || !second || !third) throw new Error('the demo needs three customers whose mail is well');
  return [first, second, third] as const;
}

/** The story moves the clock of the world it runs in, and the clock stays where it is. */
async function aheadOf({ microsoft }: Stack): Promise<string> {
  const { now } = (await (await fetch(microsoft.controlUrl)).json()) as { now: string };
  const minutes = Math.round((Date.parse(now) - Date.now()) / 60_000);
  return `The clock of the running world is ${String(minutes)} minutes ahead now (${now}); webhooks signed by hand need its time.`;
}

const running = await runningStack(join(import.meta.dirname, '..', '.local'));
const folder = running ? undefined : await mkdtemp(join(tmpdir(), 'desk-demo-'));
const own = folder === undefined ? undefined : await startDeskWorld({ folder, portBase: 'free', env: process.env });
try {
  const stack = running ?? own?.stack;
  if (stack) await tell(stack);
  if (running) console.log(`\n${await aheadOf(running)}`);
  console.log('\nEvery step came true.');
} catch (error) {
  console.error('\nThe story ends here:', error);
  process.exitCode = 1;
} finally {
  await own?.world.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}
process.exit();
