import { clouds } from '../shared/customers/cloud.ts';
import { createProveSignIn } from '../shared/customers/prove-sign-in.partnercenter.ts';
import type { Config } from '../shared/platform/config.ts';
import { createConsentExchange } from '../shared/platform/consent-exchange.entra.ts';
import { createConsentRows } from '../shared/platform/consent-rows.ts';
import { refreshTokenSecret } from '../shared/platform/entra-tokens.entra.ts';
import { createFinishConsent } from '../shared/platform/finish-consent.ts';
import { createReadConsent } from '../shared/platform/read-consent.ts';
import type { Services } from '../shared/platform/services.ts';
import { createStartConsent } from '../shared/platform/start-consent.ts';
import { cloudOf, type microsoft } from './desk-microsoft.ts';

/** How the partner's integration account signs in, so that the desk may act for it. */
export function partnerConsents(services: Services, config: Config, parts: ReturnType<typeof microsoft>) {
  const { clock, http, tables } = services;
  const { connections, endpoints } = cloudOf(config);
  const exchange = createConsentExchange({
    ...{ http, clock, authority: parts.authority, clientAssertion: parts.clientAssertion },
    partnerCenter: clouds[config.MICROSOFT_CLOUD].partnerCenterBaseUrl,
    // Without a public address no sign-in begins, so that none comes back.
    redirectUri: `${config.DESK_PUBLIC_URL ?? ''}/api/partner-consents/callback`,
  });
  const rows = createConsentRows({ ...services, table: tables('desk') });
  const shared = { ...services, ...parts, connections, rows };
  return {
    start: createStartConsent({ ...shared, exchange: config.DESK_PUBLIC_URL === undefined ? undefined : exchange }),
    read: createReadConsent(shared),
    finish: createFinishConsent({
      ...shared,
      exchange,
      prove: createProveSignIn({ http, clock, partnerCenterBaseUrl: endpoints.partnerCenterBaseUrl }),
      secretName: refreshTokenSecret,
    }),
  };
}
