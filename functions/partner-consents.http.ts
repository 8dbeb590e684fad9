import { knownCaller } from '../shared/core/caller.ts';
import { AppError, errorCatalogue } from '../shared/core/errors.ts';
import { adminConsentSaid } from '../shared/platform/admin-consent-answer.ts';
import { consentPage } from '../shared/platform/consent-page.ts';
import { standingWords } from '../shared/platform/consent-words.ts';
import type { createFinishConsent } from '../shared/platform/finish-consent.ts';
import { idempotencyKeyOf, replayedHeader } from '../shared/platform/idempotency-key.ts';
import type { ConsentEnd } from '../shared/platform/partner-consent.ts';
import * as contracts from '../shared/platform/partner-consent-contracts.ts';
import { wantsPage } from '../shared/platform/plain-page.ts';
import type { createReadConsent } from '../shared/platform/read-consent.ts';
import { route, type Route } from '../shared/platform/route.ts';
import type { createStartConsent } from '../shared/platform/start-consent.ts';

export type PartnerConsentsDeps = {
  start: ReturnType<typeof createStartConsent>;
  read: ReturnType<typeof createReadConsent>;
  finish: ReturnType<typeof createFinishConsent>;
};

/** The sign-in by which the desk may act for the partner's integration account. */
export const partnerConsentRoutes = ({ start, read, finish }: PartnerConsentsDeps): Route[] => [
  route({
    ...contracts.askPartnerConsent,
    handle: async ({ body, headers, caller, scope }) => {
      const key = idempotencyKeyOf(headers);
      const { asked, isReplay } = await start({ ...body, key, caller: knownCaller(caller) }, scope);
      const location = `/api/partner-consents/${asked.id}`;
      return { status: 201, body: asked, headers: { location, ...(isReplay && replayedHeader) } };
    },
  }),
  route({
    ...contracts.readPartnerConsent,
    handle: async ({ params }) => ({ status: 200, body: await read(params.id) }),
  }),
  route({
    ...contracts.takePartnerConsent,
    handle: async ({ query, headers, scope }) => {
      const isPage = wantsPage(headers);
      try {
        const { state, said } = adminConsentSaid(query) ?? inWords(await finish(query, scope));
        return isPage ? consentPage(200, state, said) : { status: 200, body: { state, said } };
      } catch (error) {
        if (!isPage || !(error instanceof AppError)) throw error;
        return consentPage(errorCatalogue[error.code].status, 'failed', error.detail);
      }
    },
  }),
];

const inWords = ({ state, code }: ConsentEnd) => ({ state, said: standingWords(state, code) });
