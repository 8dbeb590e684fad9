import * as z from 'zod';
import { dayMs, secondMs, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { HttpAnswer } from '../platform/http.ts';
import { azureSession, AzureRefusal, type AzureDeps, type AzureSession } from './azure-call.http.ts';
import { azureEvent, azureService, firstText, newestIssues } from './azure-event.ts';
import type { AzureHealthSource, AzureTenant } from './azure-health-source.ts';
import { sameHost } from './same-host.ts';
import { ReadFailure, type Issue } from './service-health.ts';

/**
 * Azure Service Health of a tenant: one query of Resource Graph for all its subscriptions, or one list for each where Resource
 * Graph is refused or does not know the table. Every active event is asked for every time, so each reading is whole.
 * Microsoft docs: "Resources - Resources", api-version 2022-10-01; "Events - List By Subscription Id", api-version 2025-05-01.
 */
export function azureServiceHealth(deps: AzureDeps): AzureHealthSource {
  return async (tenant) => {
    const session = await azureSession(deps, tenant);
    if (tenant.bySubscription) return reading(tenant, await listed(session, tenant), true);
    try {
      return reading(tenant, await queried(session, tenant), false);
    } catch (error) {
      if (!(error instanceof AzureRefusal) || ![400, 403, 404].includes(error.status)) throw error;
    }
    return reading(tenant, await listed(session, tenant), true);
  };
}

function reading(tenant: AzureTenant, issues: readonly Issue[], bySubscription: boolean) {
  const changed = issues.filter((issue) => !issue.isResolved || Date.parse(issue.revision) > tenant.changedAfter);
  const services = [{ id: azureService.service, name: azureService.serviceName, status: 'serviceOperational' }];
  return { services, issues: newestIssues(changed), full: true, bySubscription };
}

/** Names of properties are PascalCase in most published queries, and camelCase in the API behind them. */
const query = (changedAfter: number): string =>
  [
    'ServiceHealthResources',
    "where type =~ 'microsoft.resourcehealth/events'",
    'extend status = coalesce(tostring(properties.Status), tostring(properties.status))',
    'extend updated = coalesce(tostring(properties.LastUpdateTime), tostring(properties.lastUpdateTime))',
    'extend updatedAt = coalesce(todatetime(updated), todatetime(tolong(updated)))',
    `where status =~ 'Active' or isnull(updatedAt) or updatedAt > datetime(${toIso(changedAfter)})`,
    'project id, name, type, subscriptionId, properties',
    'order by id asc',
  ].join(' | ');

const graphPageSchema = z.looseObject({ data: z.array(z.unknown()), $skipToken: z.string().nullish() });
const listPageSchema = z.looseObject({ value: z.array(z.unknown()), nextLink: z.string().nullish() });

/** Subscriptions that one query may name. Microsoft docs: "Resources - Resources", QueryRequest. */
const subscriptionsPerQuery = 1_000;

async function queried(session: AzureSession, tenant: AzureTenant): Promise<Issue[]> {
  const url = `${session.deps.cloud.endpoints.azureManagementBaseUrl}/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01`;
  const all: Issue[] = [];
  for (let at = 0; at < tenant.subscriptionIds.length; at += subscriptionsPerQuery) {
    const subscriptions = tenant.subscriptionIds.slice(at, at + subscriptionsPerQuery);
    const own = new Set(subscriptions.map((id) => id.toLowerCase()));
    let token: string | undefined;
    for (let pages = 1; ; pages++) {
      const options = { resultFormat: 'objectArray', $top: 1_000, ...(token !== undefined && { $skipToken: token }) };
      const body = JSON.stringify({ subscriptions, query: query(tenant.changedAfter), options });
      const answer = await session.call({ method: 'POST', url, body });
      const page = parsed(answer, graphPageSchema);
      const events = eventsOf(session, page.data);
      all.push(...events.filter(({ subscriptionId = '' }) => own.has(subscriptionId)).map(({ issue }) => issue));
      const next = firstText(page.$skipToken);
      const isLast = next === undefined && at + subscriptionsPerQuery >= tenant.subscriptionIds.length;
      if (!isLast) await breathe(session, answer);
      if (next === undefined) break;
      refuseEndless(pages, next === token);
      token = next;
    }
  }
  return all;
}

/** How far back a list by subscription goes: it picks by last update, three days where nothing is said. */
const listDays = 90;

async function listed(session: AzureSession, tenant: AzureTenant): Promise<Issue[]> {
  const { cloud, clock } = session.deps;
  const all: Issue[] = [];
  const since = new Date(clock.now() - listDays * dayMs);
  const start = [since.getUTCMonth() + 1, since.getUTCDate(), since.getUTCFullYear()].join('/');
  for (const subscription of tenant.subscriptionIds) {
    const path = `/subscriptions/${encodeURIComponent(subscription)}/providers/Microsoft.ResourceHealth/events`;
    let url = `${cloud.endpoints.azureManagementBaseUrl}${path}?api-version=2025-05-01&queryStartTime=${start}`;
    for (let pages = 1; ; pages++) {
      const page = parsed(await session.call({ method: 'GET', url }), listPageSchema);
      all.push(...eventsOf(session, page.value).map(({ issue }) => issue));
      if (!page.nextLink) break;
      refuseEndless(pages, page.nextLink === url);
      url = sameHost(cloud.endpoints.azureManagementBaseUrl, page.nextLink);
    }
  }
  return all;
}

function parsed<T>(answer: HttpAnswer, schema: z.ZodType<T>): T {
  return readable(() => schema.parse(JSON.parse(answer.body.replace(/^\uFEFF/, ''))));
}

const eventsOf = ({ deps }: AzureSession, items: readonly unknown[]) =>
  readable(() => items.map((item) => azureEvent(item, deps.cloud.cloud)));

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new ReadFailure('microsoft-down', 'The answer cannot be read.', { cause });
  }
}

function refuseEndless(pages: number, isRepeated: boolean): void {
  if (!isRepeated && pages < limits.healthAnswerPages) return;
  throw new ReadFailure('microsoft-down', 'The answer has no end.');
}

const longestBreathMs = 10 * secondMs;

/** Waits before the next page where Resource Graph says that the last call of this window was used up. */
async function breathe({ deps }: AzureSession, { headers }: HttpAnswer): Promise<void> {
  const remaining = headers['x-ms-user-quota-remaining'];
  if (remaining === undefined || Number(remaining) > 0) return;
  const [hours, minutes, seconds] = (headers['x-ms-user-quota-resets-after'] ?? '').split(':').map(Number);
  const wait = ((hours ?? NaN) * 3_600 + (minutes ?? NaN) * 60 + (seconds ?? NaN)) * secondMs;
  await deps.clock.sleep(Math.min(Number.isFinite(wait) && wait >= 0 ? wait : longestBreathMs, longestBreathMs));
}
