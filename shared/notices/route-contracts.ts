import * as z from 'zod';
import type { Access } from '../core/caller.ts';
import { acknowledgementSchema } from './acknowledge.ts';
import { pageAnswerSchema, pagesAnswerSchema, pagesQuerySchema } from './page-answer.ts';
import { pageIdSchema } from './page.ts';
import { policyAnswerSchema, sentPolicySchema } from './reach-policy.ts';

const reads: Access = { portals: false, role: 'Desk.Read' };
const operates: Access = { portals: false, role: 'Desk.Operate' };
const administers: Access = { portals: false, role: 'Desk.Admin' };

const policyAnswers = {
  200: { description: 'The policy', schema: policyAnswerSchema, headers: { ETag: 'The version, for If-Match.' } },
};

export const readReachPolicy = {
  name: 'readReachPolicy',
  method: 'GET',
  path: 'api/reach-policy',
  summary: 'By which steps the people of the partner are reached, and what is missing for somebody always to be',
  access: reads,
  query: z.strictObject({
    version: z
      .string()
      .regex(/^\d{1,6}$/)
      .optional(),
  }),
  answers: policyAnswers,
  errors: ['not-found'],
} as const;

export const replaceReachPolicy = {
  name: 'replaceReachPolicy',
  method: 'PUT',
  path: 'api/reach-policy',
  summary: 'Publishes the next version; pages that run go on by theirs. Secrets are kept in the vault. Wants If-Match',
  access: administers,
  body: sentPolicySchema,
  answers: policyAnswers,
  errors: ['etag-mismatch', 'if-match-required'],
} as const;

export const listPages = {
  name: 'listPages',
  method: 'GET',
  path: 'api/pages',
  summary: 'Who was paged over what, newest first',
  access: reads,
  query: pagesQuerySchema,
  answers: { 200: { description: 'A page of pages', schema: pagesAnswerSchema } },
  errors: ['invalid-cursor'],
} as const;

const params = z.strictObject({ id: pageIdSchema });
const onePage = { 200: { description: 'The page', schema: pageAnswerSchema } };

export const readPage = {
  name: 'readPage',
  method: 'GET',
  path: 'api/pages/{id}',
  summary: 'One page with its notices: what was sent over which channel, and what became of it',
  access: reads,
  params,
  answers: onePage,
} as const;

export const acknowledgePage = {
  name: 'acknowledgePage',
  method: 'POST',
  path: 'api/pages/{id}/acknowledge',
  summary: 'Take a page in hand, so that nobody else is paged',
  access: operates,
  params,
  answers: onePage,
  errors: ['illegal-transition'],
} as const;

/** Any text: a link that was cut short gets the same answer as one that was never good. */
const linkParams = z.strictObject({ token: z.string().max(2_000) });
const linkAnswers = {
  200: { description: 'What it is about', schema: acknowledgementSchema, alsoText: 'text/html' },
};

export const showAcknowledgement = {
  name: 'showAcknowledgement',
  method: 'GET',
  path: 'api/acknowledge/{token}',
  summary: 'What the one-time link of a notice is about; acknowledges nothing',
  access: 'public',
  params: linkParams,
  answers: linkAnswers,
} as const;

export const acknowledgeByLink = {
  name: 'acknowledgeByLink',
  method: 'POST',
  path: 'api/acknowledge/{token}',
  summary: 'Acknowledges, once, for the person whose link it is',
  access: 'public',
  params: linkParams,
  answers: linkAnswers,
} as const;
