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
  const { people, ours, theirs } = castOf(stack);
  const { portal, customer, azureCustomer } = ours;
  const wanted = { portal, people };
  if (values.fault === 'azure-403') {
    await refusedAzureCase(story, { ...wanted, request: azureRequest(azureCustomer) });
    return;
  }
  await assistedCase(story, { ...wanted, request: sharePointRequest(customer) });
  await azureCase(story, { ...wanted, request: azureRequest(azureCustomer) });
  await billingCase(story, { ...wanted, tenantId: customer.tenantId, request: billingRequest(customer) });
  const customers = await withHealthyMail(story, portal.token, ours.customers);
  const [elsewhere] = await withHealthyMail(story, theirs.portal.token, theirs.customers);
  const sharers = [
    { portal, customer: customers[0] },
    { portal, customer: customers[1] },
    { portal: theirs.portal, customer: elsewhere },
  ] as const;
  await sharedCase(story, { people, sharers, incidentId: freshIncident() });
  await severityA(story, { ...wanted, request: criticalRequest(customer) });
  await incidentStory(story, { portal, customers, incidentId: freshIncident() });
}

/** Who plays. What Azure refuses is remembered for a day: the other story's subscription stays as it is. */
function castOf({ portals, tokens }: Stack) {
  const [ours, theirs] = (values.fault === undefined ? portals : portals.toReversed()).map(playerOf);
  const { operator, admin } = tokens ?? {};
  if (!ours || !theirs || operator === undefined || admin === undefined) throw missing();
  return { people: { operator, admin }, ours, theirs };
}

function playerOf({ id, token, customers }: Stack['portals'][number]) {
  const customer = customers.find((each) => each.azureSubscriptionId === undefined);
  const azureCustomer = customers.find((each) => each.azureSubscriptionId !== undefined);
  if (token === undefined || !customer || !azureCustomer) throw missing();
  return { portal: { id, token }, customers, customer, azureCustomer };
}

const missing = () => new Error('the demo needs the world’s own tokens, a customer and one with Azure');

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
