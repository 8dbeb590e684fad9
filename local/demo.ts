import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDeskWorld } from './desk-world.ts';
import { assistedCase } from './demo/assisted-case.ts';
import { azureCase, refusedAzureCase } from './demo/azure-case.ts';
import { incidentStory } from './demo/incident.ts';
import { createStory, type Story } from './demo/story.ts';
import { runningStack, type Stack } from './stack-file.ts';

/** `npm run demo`: the main job through the public API, against the running world or one of its own. */
const { values } = parseArgs({ options: { fault: { type: 'string' } } });
if (values.fault !== undefined && values.fault !== 'azure-403') {
  console.error(`unknown fault ${values.fault}; there is azure-403`);
  process.exit(2);
}

const contact = { name: 'Kim Example', email: 'kim@customer.example', phone: '+49 30 5550199' };

async function tell(stack: Stack): Promise<void> {
  const story = createStory(stack);
  // What Azure refuses is remembered for a day: the other story's subscription stays as it is.
  const portal = stack.portals[values.fault === undefined ? 0 : 1];
  const customer = portal?.customers.find((each) => each.azureSubscriptionId === undefined);
  const azureCustomer = portal?.customers.find((each) => each.azureSubscriptionId !== undefined);
  if (portal?.token === undefined || stack.tokens?.operator === undefined || !customer || !azureCustomer) {
    throw new Error('the demo needs the world’s own tokens, a customer and one with Azure');
  }
  const wanted = { portal: { id: portal.id, token: portal.token }, people: { operator: stack.tokens.operator } };
  const azureRequest = {
    customer: { customerId: azureCustomer.customerId },
    title: 'Linux virtual machine cannot be reached by SSH',
    description: 'Since this morning vm-erp-01 refuses every SSH connection. A restart from the portal did not help.',
    severity: 'moderate',
    category: 'technical',
    service: 'azure',
    businessImpact: 'Order entry is down for one site.',
    startedAt: new Date(Date.now() - 2 * 60 * 60 * 1_000).toISOString(),
    evidence: {
      resourceId: `/subscriptions/${azureCustomer.azureSubscriptionId ?? ''}/resourceGroups/rg-erp/providers/Microsoft.Compute/virtualMachines/vm-erp-01`,
      tried: 'restart, serial console',
    },
    contact,
  };
  if (values.fault === 'azure-403') {
    await refusedAzureCase(story, { ...wanted, request: azureRequest });
    return;
  }
  const request = {
    customer: { domain: customer.domain },
    title: 'Shared calendar cannot be opened in SharePoint',
    description: 'Two teams get an error page when they open the shared document library since yesterday.',
    severity: 'moderate',
    category: 'technical',
    service: 'SharePoint',
    businessImpact: 'Two teams cannot reach their documents.',
    startedAt: new Date(Date.now() - 26 * 60 * 60 * 1_000).toISOString(),
    evidence: {
      usersAffected: 14,
      tried: 'another browser, another network',
      correlationId: '5f1d1c1e-5a0e-4c5e-9a51-0d5a4b6f7a11',
    },
    contact,
  };
  await assistedCase(story, { ...wanted, request });
  await azureCase(story, { ...wanted, request: azureRequest });
  const customers = await withHealthyMail(story, wanted.portal.token, portal.customers);
  // One that this world has not seen, however often the story is told in it.
  const incidentId = `EX${String(Date.now()).slice(-7)}`;
  await incidentStory(story, { portal: wanted.portal, customers, incidentId });
}

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
