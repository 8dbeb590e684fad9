import { plainLine } from './page-text.ts';
import { sentenceOf, type PageMessage } from './page-message.ts';
import { dedupKeyOf } from './page.ts';

const most = 200;

/** What is said of a page, in the order in which people need it. Names are as they came: each channel encodes them. */
function factsOf(message: PageMessage): [name: string, value: string][] {
  const { customer, severity, service, title, requestId, escalationId, caseNumber, incidentId } = message;
  const facts = {
    Customer: customer,
    Severity: severity,
    Service: service,
    Title: title,
    Request: requestId,
    Escalation: escalationId,
    Case: caseNumber,
    Incident: incidentId,
  };
  return Object.entries(facts).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
}

/** The body of a signed webhook: for a program, which encodes what it shows itself. */
export function webhookBody({ action, at, ...data }: PageMessage): string {
  return JSON.stringify({
    type: `page.${action}`,
    timestamp: at,
    data: { ...data, text: sentence({ action, at, ...data }) },
  });
}

const sentence = (message: PageMessage): string =>
  plainLine(sentenceOf(message), most).replaceAll('\u2060', '').replaceAll('ǃ', '!');

const run = (text: string, more: Record<string, unknown> = {}) => ({ type: 'TextRun', text, ...more });

/**
 * A message of Teams' Workflows with one Adaptive Card. Text of others stands in text runs, which know no Markdown, and is made
 * inert besides. Source: Microsoft docs, "Create incoming webhooks with Workflows"; Adaptive Cards 1.4, "TextRun".
 */
export function teamsBody(message: PageMessage): string {
  const { acknowledgeUrl } = message;
  const line = (inlines: unknown[], more: Record<string, unknown> = {}) => ({
    type: 'RichTextBlock',
    inlines,
    ...more,
  });
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      line([run(plainLine(sentenceOf(message), most), { weight: 'Bolder', size: 'Medium' })]),
      ...factsOf(message).map(([name, value], index) =>
        line(
          [run(`${name} `, { isSubtle: true }), run(plainLine(value, most))],
          index === 0 ? {} : { spacing: 'Small' },
        ),
      ),
    ],
    ...(acknowledgeUrl !== undefined && {
      actions: [{ type: 'Action.OpenUrl', title: 'Acknowledge', url: acknowledgeUrl }],
    }),
  };
  return JSON.stringify({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  });
}

const pagerDutySeverity = { critical: 'critical', moderate: 'error', minimal: 'warning' } as const;
const eventAction = {
  triggered: 'trigger',
  updated: 'trigger',
  acknowledged: 'acknowledge',
  settled: 'resolve',
} as const;
const summaryCharacters = 1_024;

/** An event of PagerDuty's. Source: PagerDuty docs, "Send an event" (Events API v2). */
export function pagerDutyBody(message: PageMessage, routingKey: string): string {
  const { action, severity, customer, service, acknowledgeUrl, at, what } = message;
  const head = {
    routing_key: routingKey,
    event_action: eventAction[action],
    dedup_key: dedupKeyOf(message),
  };
  if (action === 'acknowledged' || action === 'settled') return JSON.stringify(head);
  const named = [sentenceOf(message), customer, service, message.title].filter((part) => part !== undefined);
  return JSON.stringify({
    ...head,
    client: 'CSP Support Desk',
    payload: {
      summary: named
        .map((part) => plainLine(part, 250))
        .join(' · ')
        .slice(0, summaryCharacters),
      source: 'csp-support-desk',
      severity: pagerDutySeverity[severity],
      timestamp: at,
      class: what,
      ...(service !== undefined && { component: plainLine(service, most) }),
      ...(customer !== undefined && { group: plainLine(customer, most) }),
      custom_details: Object.fromEntries(factsOf(message).map(([name, value]) => [name, plainLine(value, most)])),
    },
    ...(acknowledgeUrl !== undefined && { links: [{ href: acknowledgeUrl, text: 'Acknowledge' }] }),
  });
}
