import type { Stack } from '../stack-file.ts';
import { assistedCase } from './assisted-case.ts';
import { azureCase, refusedAzureCase } from './azure-case.ts';
import { billingCase } from './billing-case.ts';
import { incidentStory } from './incident.ts';
import type { Portal } from './intake.ts';
import { azureRequest, billingRequest, criticalRequest, sharePointRequest } from './requests.ts';
import { severityA } from './severity-a.ts';
import { sharedCase } from './shared-case.ts';
import { expectStatus, type Story } from './story.ts';

type Customer = Stack['portals'][number]['customers'][number];
type Player = { portal: Portal; customers: Customer[]; customer: Customer; azureCustomer: Customer };
export type Cast = { people: { operator: string; admin: string }; ours: Player; theirs: Player };

/** Who plays in the stories: two portals, their customers, and the desk's people. */
export function castOf({ portals, tokens }: Stack): Cast {
  const [ours, theirs] = portals.map(playerOf);
  const { operator, admin } = tokens ?? {};
  if (!ours || !theirs || operator === undefined || admin === undefined) throw missing();
  return { people: { operator, admin }, ours, theirs };
}

function playerOf({ id, token, customers }: Stack['portals'][number]): Player {
  const customer = customers.find((each) => each.azureSubscriptionId === undefined);
  const azureCustomer = customers.find((each) => each.azureSubscriptionId !== undefined);
  if (token === undefined || !customer || !azureCustomer) throw missing();
  return { portal: { id, token }, customers, customer, azureCustomer };
}

const missing = () => new Error('the demo needs the world’s own tokens, a customer and one with Azure');

/** Cases of every kind, from the request to Microsoft's last word, and somebody who is paged. */
export async function escalationStories(story: Story, { people, ours, theirs }: Cast): Promise<void> {
  const { portal, customer, azureCustomer } = ours;
  const wanted = { portal, people };
  await assistedCase(story, { ...wanted, request: sharePointRequest(customer) });
  await azureCase(story, { ...wanted, request: azureRequest(azureCustomer) });
  await billingCase(story, { ...wanted, tenantId: customer.tenantId, request: billingRequest(customer) });
  const [first, second] = await withHealthyMail(story, ours);
  const [third] = await withHealthyMail(story, theirs);
  const sharers = [
    { portal, customer: first },
    { portal, customer: second },
    { portal: theirs.portal, customer: third },
  ] as const;
  await sharedCase(story, { people, sharers, incidentId: freshIncident() });
  await severityA(story, { ...wanted, request: criticalRequest(customer) });
}

/** What Microsoft breaks, as a portal sees it. */
export async function healthStory(story: Story, { ours }: Cast): Promise<void> {
  const customers = await withHealthyMail(story, ours);
  await incidentStory(story, { portal: ours.portal, customers, incidentId: freshIncident() });
}

/** Azure refuses, which is remembered for a day: let another portal play than in the other stories. */
export async function refusedStory(story: Story, { people, ours }: Cast): Promise<void> {
  await refusedAzureCase(story, { portal: ours.portal, people, request: azureRequest(ours.azureCustomer) });
}

/** One that this world has not seen, however often the stories are told in it. */
const freshIncident = (): string => `EX${String(Date.now()).slice(-7)}`;

async function withHealthyMail(story: Story, { portal: { token }, customers }: Player) {
  const healthy: Customer[] = [];
  for (const customer of customers) {
    const answer = await story.call(`/api/customers/${customer.customerId}/health`, { token });
    const services = expectStatus(answer, 200).json.services as { id: string; status: string }[];
    if (services.some(({ id, status }) => id === 'Exchange' && status === 'healthy')) healthy.push(customer);
  }
  const [first, second, third] = healthy;
  if (!first || !second || !third) throw new Error('the demo needs three customers whose mail is well');
  return [first, second, third] as const;
}
