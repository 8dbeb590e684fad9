import * as z from 'zod';
import type { CloudName } from '../customers/cloud.ts';
import { toAzureTime } from './microsoft-time.ts';
import { plainText } from '../core/plain-text.ts';
import type { Issue, Post } from './service-health.ts';
import { canonicalStatus, type Classification } from './severity.ts';

/** The one service under which the desk shows everything of Azure; what is hurt in it stands in `feature`. */
export const azureService = { service: 'azure', serviceName: 'Azure' } as const;

/** What storage takes in a column, and a person reads. Microsoft's texts are shorter; one that is not must not stop a shard. */
const titleCharacters = 500;
const textCharacters = 10_000;
const postsMax = 50;

const text = z.string().nullish();
const time = z.union([z.string(), z.number()]).nullish();
const list = z.array(z.unknown()).nullish().catch(null);
const updateSchema = z.looseObject({ summary: text, updatedatetime: time, eventtags: list });
const regionSchema = z.looseObject({ updates: list });
const impactSchema = z.looseObject({ impactedservice: text, impactedregions: list });
const eventSchema = z.looseObject({
  name: text,
  subscriptionid: text,
  properties: z.looseObject({
    trackingid: text,
    eventtype: text,
    status: text,
    title: text,
    summary: text,
    iseventsensitive: z.unknown().optional(),
    impactstarttime: time,
    impactmitigationtime: time,
    lastupdatetime: time,
    impact: z.unknown().optional(),
  }),
});

/** Microsoft's event types, in lower case. One that it invents tomorrow is taken as the worst. */
const classifications: Readonly<Record<string, Classification>> = {
  serviceissue: 'incident',
  rca: 'incident',
  healthadvisory: 'advisory',
  securityadvisory: 'advisory',
  billing: 'advisory',
  emergingissues: 'advisory',
  plannedmaintenance: 'planned-change',
};

const overStatuses = new Set(['resolved', 'complete', 'completed', 'canceled', 'cancelled', 'rca']);
export const isOver = (status: string): boolean => overStatuses.has(status.toLowerCase());

/** Microsoft's id of an event, opaque. */
export const trackingIdSchema = z.string().min(1).max(100);

export const reviewStatus = 'postIncidentReviewPublished';

/** Microsoft's word as the desk writes it: in camelCase. */
export function azureStatus(word: string | null | undefined): string {
  if (!word) return 'unknown';
  const known = canonicalStatus(word);
  return known === word ? word.charAt(0).toLowerCase() + word.slice(1) : known;
}

/** The first of these that says something: Azure writes empty texts for what it leaves out elsewhere. */
export const firstText = (...texts: (string | null | undefined)[]): string | undefined =>
  texts.find((words) => words !== undefined && words !== null && words !== '') ?? undefined;

export const shortTitle = (words: string): string => plainText(words).slice(0, titleCharacters);
export const shortText = (html: string): string => plainText(html).slice(0, textCharacters);

/** Where a person reads an event. Documented for the global cloud; elsewhere the portal is what is known. */
export const eventLink = (cloud: CloudName, trackingId: string): string =>
  cloud === 'global'
    ? `https://app.azure.com/h/${encodeURIComponent(trackingId)}`
    : { 'us-government': 'https://portal.azure.us', china: 'https://portal.azure.cn' }[cloud];

/**
 * An event of Azure Service Health and the subscription that it was listed for. Resource Graph writes names in PascalCase, Azure
 * Resource Manager in camelCase: case is not looked at. Throws for an event without an id or any time: leaving it out in silence
 * could show a broken service as healthy. Microsoft docs: "Events - List By Subscription Id"; table ServiceHealthResources.
 */
export function azureEvent(item: unknown, cloud: CloudName): { issue: Issue; subscriptionId: string | undefined } {
  const { name, subscriptionid, properties } = eventSchema.parse(withLowerKeys(item));
  const id = trackingIdSchema.parse(firstText(properties.trackingid, name));
  const impacts = itemsOf(impactSchema, jsonOf(properties.impact));
  const posts = postsOf(impacts);
  const startedAt = toAzureTime(properties.impactstarttime);
  const revision = toAzureTime(properties.lastupdatetime) ?? posts.at(-1)?.at ?? startedAt;
  if (revision === undefined) throw new Error(`event ${id} has no time`);
  return {
    subscriptionId: subscriptionid?.toLowerCase(),
    issue: {
      source: 'azure',
      id,
      ...azureService,
      title: firstText(shortTitle(properties.title ?? '')) ?? id,
      ...stateOf(properties, posts),
      startedAt: startedAt ?? revision,
      revision,
      ...(isSensitive(properties)
        ? { feature: '', impact: eventLink(cloud, id), posts: [] }
        : { feature: featureOf(impacts), impact: shortText(properties.summary ?? ''), posts }),
    },
  };
}

type Properties = z.output<typeof eventSchema>['properties'];

function stateOf(
  { eventtype, status, impactmitigationtime }: Properties,
  posts: readonly Post[],
): Pick<Issue, 'classification' | 'status' | 'isResolved' | 'endedAt'> {
  const type = eventtype?.toLowerCase() ?? '';
  const isResolved = type === 'rca' || isOver(status ?? '');
  const hasReview = type === 'rca' || (isResolved && posts.some(({ kind }) => kind.endsWith('-pir')));
  const endedAt = isResolved ? toAzureTime(impactmitigationtime) : undefined;
  return {
    classification: classifications[type] ?? 'incident',
    status: hasReview ? reviewStatus : azureStatus(status),
    isResolved,
    ...(endedAt !== undefined && { endedAt }),
  };
}

/** Texts of a sensitive event are for whom Azure lets read them. */
const isSensitive = ({ iseventsensitive }: Properties): boolean => String(iseventsensitive).toLowerCase() === 'true';

const featureOf = (impacts: readonly z.output<typeof impactSchema>[]): string =>
  shortTitle([...new Set(impacts.flatMap(({ impactedservice }) => impactedservice ?? []))].join(', '));

/** One issue for each tracking id, however many subscriptions list it: the newest, and of two as new the review. */
export function newestIssues(issues: readonly Issue[]): Issue[] {
  const newest = new Map<string, Issue>();
  for (const issue of issues) {
    const other = newest.get(issue.id);
    const isNewer = other === undefined || other.revision < issue.revision;
    if (isNewer || (other.revision === issue.revision && issue.status === reviewStatus)) newest.set(issue.id, issue);
  }
  return [...newest.values()];
}

/** Every region tells the same update again. */
function postsOf(impacts: readonly z.output<typeof impactSchema>[]): Post[] {
  const posts = new Map<string, Post>();
  for (const region of impacts.flatMap((impact) => itemsOf(regionSchema, impact.impactedregions))) {
    for (const update of itemsOf(updateSchema, region.updates)) {
      const at = toAzureTime(update.updatedatetime);
      const post = { at: at ?? '', kind: kindOf(update.eventtags ?? []), text: shortText(update.summary ?? '') };
      if (at !== undefined) posts.set(JSON.stringify(post), post);
    }
  }
  return [...posts.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(-postsMax);
}

/** Post-incident reviews are updates with a tag of their own. */
function kindOf(tags: readonly unknown[]): string {
  const review = tags.find((tag) => typeof tag === 'string' && / pir$/i.test(tag)) as string | undefined;
  return review === undefined ? 'update' : review.toLowerCase().replace(/\s+/g, '-');
}

/** Items of another shape are left out: they are the small print of an event, not the event. */
const itemsOf = <T>(schema: z.ZodType<T>, items: unknown): T[] =>
  Array.isArray(items) ? items.flatMap((item) => schema.safeParse(item).data ?? []) : [];

/** Azure gives some structures as JSON in a text; one that is broken is nothing. */
export function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return withLowerKeys(value);
  try {
    return withLowerKeys(JSON.parse(value));
  } catch {
    return undefined;
  }
}

function withLowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLowerKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toLowerCase(), withLowerKeys(member)]));
}
