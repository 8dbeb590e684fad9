import { delegationRules } from './delegation-rules.ts';
import { evidenceRules } from './evidence-rules.ts';
import { partyRules } from './party-rules.ts';
import type { Case } from './readiness-case.ts';
import type { Rule } from './readiness-rule.ts';
import { rightsRules } from './rights-rules.ts';
import { severityRules } from './severity-rules.ts';
import { subjectRules } from './subject-rules.ts';
import { channelRules, vehicleRules } from './vehicle-rules.ts';

const incidentText = ({ liveIncidents }: Case): string =>
  liveIncidents.map((incident) => `${incident.id} (${incident.title})`).join(', ');

/** Whether it is for Microsoft, now. Microsoft docs: customer support in the CSP program; escalating to Microsoft. */
const purposeRules: readonly Rule[] = [
  {
    code: 'advisory',
    stage: 2,
    effect: 'blocks',
    holds: ({ request }) => request.category === 'advisory',
    text: () => 'Advice is not break-fix: it is the work of the partner or of its advisory hours.',
    remedy: 'Answer it yourself, or set another category if something is broken.',
  },
  {
    code: 'boundary-partner',
    stage: 2,
    // Not a bar: whoever escalates says with it that the partner's own diagnosis did not solve it.
    effect: 'notes',
    holds: ({ request }) => request.boundary === 'partner',
    text: () => 'By its kind this is for the partner to solve first.',
    remedy: 'Do the checks for the service; escalate what they do not solve, and say what was tried.',
  },
  {
    code: 'boundary-customer',
    stage: 2,
    effect: 'doubts',
    holds: ({ request }) => request.boundary === 'customer',
    text: () => "The fault lies in the customer's own environment.",
    remedy: 'Help the customer to mend it, or let an administrator force the escalation with a reason.',
  },
  {
    code: 'incident-live',
    stage: 2,
    effect: 'waits',
    holds: ({ liveIncidents, joins }) => liveIncidents.length > 0 && joins === undefined,
    text: (c) => `Microsoft is already working on it: ${incidentText(c)}.`,
    remedy: 'Wait for the incident to end; if this is something else, let an administrator force the escalation.',
  },
  {
    code: 'case-joined',
    stage: 2,
    effect: 'notes',
    holds: ({ joins }) => joins !== undefined,
    text: (c) =>
      `Microsoft is already working on it: ${incidentText(c)}. The request joins the case that is open about it (escalation ${c.joins?.escalationId ?? ''}).`,
    remedy: 'If this is something else, let an administrator force the escalation: then it gets a case of its own.',
  },
];

/** The gate. Order is the order of the reasons. */
export const readinessRules: readonly Rule[] = [
  ...subjectRules,
  ...partyRules,
  ...purposeRules,
  ...vehicleRules,
  ...delegationRules,
  ...rightsRules,
  ...severityRules,
  ...evidenceRules,
  ...channelRules,
];
