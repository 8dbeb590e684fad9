import { customerHealth } from '../../shared/health/customer-health.ts';
import type { HttpAnswer } from '../../shared/platform/http.ts';
import { aPerson } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

/** Azure as the health of customer `n` shows it. */
export const azureOf = async (desk: HealthDesk, n: number) =>
  (await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(n) })).services.find(({ id }) => id === 'azure');

export const json = (body: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  status: 200,
  headers,
  body: JSON.stringify(body),
});

/** A health desk of which some customers have Azure, and nothing of Azure was called yet. */
export async function anAzureDesk(customers: number, withAzure: number) {
  const desk = aHealthDesk();
  await desk.begin(customers, withAzure);
  const { azure } = desk.microsoft;
  azure.calls.length = 0;
  return { desk, azure };
}
