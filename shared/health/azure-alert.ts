import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { CloudName } from '../customers/cloud.ts';
import {
  azureService,
  azureStatus,
  eventLink,
  firstText,
  isOver,
  jsonOf,
  reviewStatus,
  shortText,
  shortTitle,
  trackingIdSchema,
} from './azure-event.ts';
import { toAzureTime } from './microsoft-time.ts';
import type { Issue } from './service-health.ts';
import type { Classification } from './severity.ts';

const text = z.string().nullish();
const propertiesSchema = z.looseObject({
  trackingId: text,
  title: text,
  service: text,
  communication: text,
  incidentType: text,
  impactStartTime: text,
  impactMitigationTime: text,
  impactedServices: z.unknown().optional(),
  defaultLanguageTitle: text,
  defaultLanguageContent: text,
  stage: text,
});
const activitySchema = z.looseObject({
  /** The older schema says it in words; the common one may number it. */
  eventSource: z.union([z.string(), z.number()]).nullish(),
  eventTimestamp: text,
  submissionTimestamp: text,
  status: text,
  subscriptionId: text,
  properties: propertiesSchema.nullish(),
});
const commonSchema = z.looseObject({
  schemaId: z.string().regex(/^azureMonitorCommonAlertSchema$/i),
  data: z.looseObject({
    essentials: z.looseObject({
      alertId: text,
      alertTargetIDs: z.array(z.string()).nullish(),
      monitorCondition: text,
      monitoringService: text,
      firedDateTime: text,
    }),
    alertContext: activitySchema.nullish(),
  }),
});
const activityLogSchema = z.looseObject({
  schemaId: z.string().regex(/^Microsoft\.Insights\/activityLogs$/i),
  data: z.looseObject({ context: z.looseObject({ activityLog: activitySchema }) }),
});

/** What an action group sends: the common alert schema, or the older one of activity log alerts. Microsoft docs: Azure Monitor. */
export const azureAlertSchema = z.union([commonSchema, activityLogSchema]);
type AlertBody = z.output<typeof azureAlertSchema>;

export type AzureAlert = { issue: Issue; subscriptionIds: string[] };

/** Microsoft's incident types, in lower case. One that it invents tomorrow is taken as the worst. */
const classifications: Readonly<Record<string, Classification>> = {
  incident: 'incident',
  maintenance: 'planned-change',
  actionrequired: 'advisory',
  informational: 'advisory',
  security: 'advisory',
  billing: 'advisory',
};

/** The event behind an alert; undefined where it is about something else than service health. Throws `invalid-body`. */
export function readAlert(body: AlertBody, cloud: CloudName): AzureAlert | undefined {
  const parts = partsOf(body);
  if (parts.source?.toLowerCase() !== 'servicehealth') return undefined;
  const event: Event = parts.activity?.properties ?? {};
  const { id, revision, subscriptionIds } = requireKeys(event, parts);
  const ended = parts.condition?.toLowerCase() === 'resolved' ? parts.condition : undefined;
  return {
    subscriptionIds,
    issue: {
      source: 'azure',
      isAlert: true,
      id,
      ...azureService,
      ...stateOf(event, firstText(event.stage, ended, parts.activity?.status)),
      ...wordsOf(event, eventLink(cloud, id), id),
      startedAt: toAzureTime(event.impactStartTime) ?? revision,
      revision,
      posts: [],
    },
  };
}

/** What an alert cannot do without: which event, as of when, for whom. */
function requireKeys({ trackingId }: Event, { activity, firedAt, targets }: ReturnType<typeof partsOf>) {
  const subscriptionIds = [...new Set(targets.flatMap(subscriptionOf))];
  const times = [activity?.eventTimestamp, activity?.submissionTimestamp, firedAt];
  const revision = times.map(toAzureTime).find((at) => at !== undefined);
  const id = trackingIdSchema.safeParse(trackingId).data;
  if (id === undefined || revision === undefined || subscriptionIds.length === 0) {
    throw new AppError('invalid-body', 'An alert names a tracking id, a time and a subscription.');
  }
  return { id, revision, subscriptionIds };
}

type Event = Partial<z.output<typeof propertiesSchema>>;

const typeOf = ({ incidentType }: Event): string => incidentType?.toLowerCase() ?? '';

function stateOf(
  event: Event,
  stage: string | undefined,
): Pick<Issue, 'classification' | 'status' | 'isResolved' | 'endedAt'> {
  const isResolved = isOver(stage ?? '');
  const endedAt = isResolved ? toAzureTime(event.impactMitigationTime) : undefined;
  return {
    classification: classifications[typeOf(event)] ?? 'incident',
    status: stage?.toLowerCase() === 'rca' ? reviewStatus : azureStatus(stage),
    isResolved,
    ...(endedAt !== undefined && { endedAt }),
  };
}

function wordsOf(event: Event, link: string, id: string): Pick<Issue, 'title' | 'feature' | 'impact'> {
  const { title, communication, defaultLanguageTitle, defaultLanguageContent } = event;
  const shown = firstText(shortTitle(firstText(title, defaultLanguageTitle) ?? '')) ?? id;
  // An alert does not say whether a security event is sensitive: its texts stay in Azure.
  if (typeOf(event) === 'security') return { title: shown, feature: '', impact: link };
  const words = firstText(communication, defaultLanguageContent) ?? '';
  return { title: shown, feature: featureOf(event), impact: shortText(words) };
}

function partsOf(body: AlertBody) {
  const older = activityLogSchema.safeParse(body);
  if (older.success) {
    const { activityLog } = older.data.data.context;
    const targets = [activityLog.subscriptionId ?? ''];
    return {
      source: String(activityLog.eventSource ?? ''),
      activity: activityLog,
      condition: undefined,
      firedAt: undefined,
      targets,
    };
  }
  const { essentials, alertContext } = (body as z.output<typeof commonSchema>).data;
  return {
    source: essentials.monitoringService,
    activity: alertContext,
    condition: essentials.monitorCondition,
    firedAt: essentials.firedDateTime,
    targets: essentials.alertTargetIDs ?? [essentials.alertId ?? ''],
  };
}

const guid = /^(?:\/subscriptions\/)?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:\/|$)/i;

const subscriptionOf = (target: string): string[] => {
  const id = guid.exec(target)?.[1];
  return id === undefined ? [] : [id.toLowerCase()];
};

const impactedSchema = z.array(z.looseObject({ servicename: z.string() }));

/** `impactedServices` is JSON in a text; where that is broken there is still the one service. */
function featureOf({ impactedServices, service }: Event): string {
  const impacted = impactedSchema.safeParse(jsonOf(impactedServices)).data ?? [];
  const names = impacted.map(({ servicename }) => servicename).join(', ');
  return shortTitle(firstText(names, service) ?? '');
}
