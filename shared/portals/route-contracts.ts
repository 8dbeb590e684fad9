import * as z from 'zod';
import { pagingQuery } from '../platform/route.ts';
import { madePortalSchema, portalAnswerSchema, portalDetailSchema, portalPageSchema } from './portal-answer.ts';
import { portalSchema } from './portal.ts';
import { portalPatchSchema, rotateSchema, sentPortalSchema } from './sent-portal.ts';

const params = z.object({ id: portalSchema.shape.id });
const administers = { portals: false, role: 'Desk.Admin' } as const;
const etag = { ETag: 'The version, for If-Match.' };

export const listPortals = {
  name: 'listPortals',
  method: 'GET',
  path: 'api/portals',
  summary: 'Portals in order of id; of a list of customers, how many it holds',
  access: administers,
  query: z.strictObject(pagingQuery),
  answers: { 200: { description: 'A page', schema: portalPageSchema } },
  errors: ['invalid-cursor'],
} as const;

export const registerPortal = {
  name: 'registerPortal',
  method: 'POST',
  path: 'api/portals',
  summary: 'Registers a portal; the answer shows the secrets that the desk made, this once',
  access: administers,
  body: sentPortalSchema,
  answers: {
    201: { description: 'Registered', schema: madePortalSchema, headers: { Location: 'Of the portal.', ...etag } },
  },
  errors: ['already-exists', 'unknown-customer'],
} as const;

export const readPortal = {
  name: 'readPortal',
  method: 'GET',
  path: 'api/portals/{id}',
  summary: 'A portal as it is now, and whether the vault has its secrets',
  access: administers,
  params,
  answers: { 200: { description: 'The portal', schema: portalDetailSchema, headers: etag } },
} as const;

export const changePortal = {
  name: 'changePortal',
  method: 'PATCH',
  path: 'api/portals/{id}',
  summary: 'Changes what is named, enables again with `disabled: false`; null takes away. Takes If-Match',
  access: administers,
  params,
  body: portalPatchSchema,
  answers: { 200: { description: 'The portal', schema: madePortalSchema, headers: etag } },
  errors: ['already-exists', 'illegal-transition', 'unknown-customer', 'etag-mismatch', 'if-match-required'],
} as const;

export const rotatePortalSecret = {
  name: 'rotatePortalSecret',
  method: 'POST',
  path: 'api/portals/{id}/rotate',
  summary: 'A new secret beside the old one, shown this once; or the end of one of the two',
  access: administers,
  params,
  body: rotateSchema,
  answers: { 200: { description: 'The portal', schema: madePortalSchema, headers: etag } },
  errors: ['illegal-transition'],
} as const;

export const disablePortal = {
  name: 'disablePortal',
  method: 'POST',
  path: 'api/portals/{id}/disable',
  summary: 'Refuses its tokens and webhooks within a minute and sends it nothing, until a PATCH enables it again',
  access: administers,
  params,
  body: z.strictObject({}),
  answers: { 200: { description: 'The portal', schema: portalAnswerSchema, headers: etag } },
} as const;

/** What it answers is said by those who send. */
export const testPortal = {
  name: 'testPortal',
  method: 'POST',
  path: 'api/portals/{id}/test',
  summary: 'Sends a signed `portal.test` to its endpoint now, once, and says what came back',
  access: administers,
  params,
  body: z.strictObject({}),
  errors: ['illegal-transition'],
} as const;
