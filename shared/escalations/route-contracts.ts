import * as z from 'zod';
import type { Access } from '../core/caller.ts';
import type { ErrorCode } from '../core/errors.ts';
import { acceptanceBodySchema } from './acceptance.ts';
import { caseRequestsBodySchema } from './case-requests.ts';
import { claimBodySchema, redriveBodySchema } from './claim.ts';
import { doctorReportSchema } from './doctor.ts';
import { escalateBodySchema } from './escalate.ts';
import { escalationSchema } from './escalation-view.ts';
import { escalationTimelineSchema, timelineQuerySchema } from './escalation-timeline.ts';
import { filingBodySchema } from './filing-by-hand.ts';
import { packetSchema } from './packet.ts';
import { escalationPageSchema, listQuerySchema } from './read-escalations.ts';
import { packetTexts } from './read-packet.ts';
import { readinessSchema } from './readiness.ts';
import { consentBodySchema, recordedConsentSchema } from './diagnostic-consent.ts';
import { carriedBodySchema, updateBodySchema } from './updates.ts';

/** Escalations are for people: portals see what becomes of them on the request. */
const reads: Access = { portals: false, role: 'Desk.Read' };
const operates: Access = { portals: false, role: 'Desk.Operate' };

const params = z.strictObject({ id: z.string().min(1).max(80) });
/** As in the ids of escalations, which begin with it. */
const requestParams = z.strictObject({ id: z.string().regex(/^[a-z2-7]{10,60}$/) });
const told = (description: string) => ({ 200: { description, schema: escalationSchema } });
const keyErrors = ['idempotency-key-reused', 'invalid-header'] as const satisfies ErrorCode[];
const claimErrors = ['claimed-by-another', 'filing-held', 'illegal-transition', ...keyErrors] as const;

export const previewEscalation = {
  name: 'previewEscalation',
  method: 'GET',
  path: 'api/requests/{id}/escalation/preview',
  summary: 'Whether, how and by which vehicle a request would go to Microsoft',
  access: operates,
  params: requestParams,
  answers: { 200: { description: 'The answer of the gate', schema: readinessSchema } },
} as const;

export const escalateRequest = {
  name: 'escalateRequest',
  method: 'POST',
  path: 'api/requests/{id}/escalation',
  summary: 'Carry a request to Microsoft; an escalation that is open already is found again',
  access: operates,
  params: requestParams,
  body: escalateBodySchema,
  answers: {
    202: { description: 'Begun', schema: escalationSchema, headers: { location: 'Address of the escalation' } },
  },
  errors: ['escalation-not-ready', ...keyErrors],
} as const;

export const listEscalations = {
  name: 'listEscalations',
  method: 'GET',
  path: 'api/escalations',
  summary: 'Escalations, newest first',
  access: reads,
  query: listQuerySchema,
  answers: { 200: { description: 'A page', schema: escalationPageSchema } },
  errors: ['invalid-cursor'],
} as const;

export const readEscalation = {
  name: 'readEscalation',
  method: 'GET',
  path: 'api/escalations/{id}',
  summary: 'One escalation as it stands',
  access: reads,
  params,
  answers: told('The escalation'),
} as const;

export const claimEscalation = {
  name: 'claimEscalation',
  method: 'POST',
  path: 'api/escalations/{id}/claim',
  summary:
    'Take an escalation in hand, so that nobody else files it; say that nothing was filed; take over after a look at Microsoft',
  access: operates,
  params,
  body: claimBodySchema,
  answers: told('Claimed, with the link to the portal'),
  errors: claimErrors,
} as const;

export const recordFiling = {
  name: 'recordFiling',
  method: 'POST',
  path: 'api/escalations/{id}/filing',
  summary: 'Give the number of the case that was filed; a second number is refused, and told as a case to close',
  access: operates,
  params,
  body: filingBodySchema,
  answers: told('Filed'),
  errors: claimErrors,
} as const;

export const redriveEscalation = {
  name: 'redriveEscalation',
  method: 'POST',
  path: 'api/escalations/{id}/redrive',
  summary:
    'Send a parked escalation on its way again, a ticket that may exist is looked for first; or let a person file it by hand',
  access: operates,
  params,
  body: redriveBodySchema,
  answers: told('On its way again'),
  errors: ['illegal-transition', ...keyErrors],
} as const;

const doctorAnswers = {
  200: { description: 'What was found, by connection and question', schema: doctorReportSchema },
};

export const askDoctor = {
  name: 'askDoctor',
  method: 'POST',
  path: 'api/doctor',
  summary: 'Ask Microsoft, by reads alone, what its documents leave open; takes up to a minute and a half',
  access: { portals: false, role: 'Desk.Admin' },
  body: z.strictObject({}),
  answers: doctorAnswers,
} as const;

export const readDoctor = {
  name: 'readDoctor',
  method: 'GET',
  path: 'api/doctor',
  summary: 'What was found when Microsoft was asked last',
  access: reads,
  answers: doctorAnswers,
} as const;

export const acceptEscalation = {
  name: 'acceptEscalation',
  method: 'POST',
  path: 'api/escalations/{id}/acceptance',
  summary: 'Enter whether the party that an escalation was handed to accepts it',
  access: operates,
  params,
  body: acceptanceBodySchema,
  answers: told('Accepted, or declined: then the request goes back to the desk'),
  errors: ['illegal-transition', ...keyErrors],
} as const;

export const readPacket = {
  name: 'readPacket',
  method: 'GET',
  path: 'api/escalations/{id}/packet',
  summary: 'What to file, or to hand over, field by field of the portal’s form: JSON, Markdown or a page by Accept',
  access: reads,
  params,
  answers: {
    200: {
      description: 'The packet; link and contract ids for the claimant alone',
      schema: packetSchema,
      alsoText: packetTexts,
    },
  },
} as const;

export const readEscalationTimeline = {
  name: 'readEscalationTimeline',
  method: 'GET',
  path: 'api/escalations/{id}/timeline',
  summary: 'What became of an escalation and what was written on its case, oldest first',
  access: reads,
  params,
  query: timelineQuerySchema,
  answers: { 200: { description: 'A page', schema: escalationTimelineSchema } },
  errors: ['invalid-cursor'],
} as const;

export const changeCaseRequests = {
  name: 'changeCaseRequests',
  method: 'POST',
  path: 'api/escalations/{id}/requests',
  summary: 'Let a request share this case, or take one off it',
  access: operates,
  params,
  body: caseRequestsBodySchema,
  answers: told('The case with the requests that share it'),
  errors: ['illegal-transition', ...keyErrors],
} as const;

export const writeUpdate = {
  name: 'writeUpdate',
  method: 'POST',
  path: 'api/escalations/{id}/updates',
  summary: 'Write to Microsoft on the case; what the desk cannot write itself is shown in toCarry',
  access: operates,
  params,
  body: updateBodySchema,
  answers: told('Kept, and on its way to Microsoft'),
  errors: ['illegal-transition', ...keyErrors],
} as const;

const updateParams = params.extend({ update: z.string().regex(/^[a-z]+(?:-\d{1,9})?$/) });

export const carryUpdate = {
  name: 'carryUpdate',
  method: 'POST',
  path: 'api/escalations/{id}/updates/{update}/carried',
  summary: 'Tell that what waited in toCarry was written to Microsoft',
  access: operates,
  params: updateParams,
  body: carriedBodySchema,
  answers: told('Told as written'),
  errors: ['illegal-transition', ...keyErrors],
} as const;

export const recordDiagnosticConsent = {
  name: 'recordDiagnosticConsent',
  method: 'PUT',
  path: 'api/requests/{id}/diagnostic-consent',
  summary:
    'Record whether the customer lets Microsoft read diagnostic data for this request: who, when, in which words',
  access: operates,
  params: requestParams,
  body: consentBodySchema,
  answers: { 200: { description: 'Recorded', schema: recordedConsentSchema } },
  errors: ['illegal-transition'],
} as const;
