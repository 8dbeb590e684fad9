import { HttpFailure, type HttpAnswer, type HttpCall } from '../../shared/platform/http.ts';
import { parseWebhookSecrets, verifyWebhook } from '../../shared/portals/standard-webhooks.ts';
import type { Faults } from './faults.ts';

export const portalIds = ['north', 'south', 'west'] as const;
export type PortalId = (typeof portalIds)[number];

export const endpointOf = (portal: PortalId): string => `https://${portal}.example/hooks`;
export const outboundSecret = (portal: string): string =>
  `whsec_${Buffer.from(`outbound secret of the portal ${portal}`).toString('base64')}`;

/** A webhook as a portal got it. */
export type Receipt = { portal: string; id: string; body: string; isSigned: boolean; isAccepted: boolean };

/** The other ends of the webhooks: each keeps what it got, whatever it then answers. */
export function portalEndpoints(faults: Faults, now: () => number, random: () => number) {
  const receipts: Receipt[] = [];
  const answer = (): HttpAnswer => {
    const plain = (status: number, headers = {}) => ({ status, headers, body: '' });
    if (faults.hits('portal answers 500')) return plain(500);
    if (faults.hits('portal answers 429')) return plain(429, { 'retry-after': String(Math.floor(random() * 90)) });
    if (faults.hits('portal redirects')) return plain(302, { location: 'https://elsewhere.example/' });
    return plain(204);
  };
  const receive = (call: HttpCall): HttpAnswer => {
    if (faults.hits('portal times out before receipt')) throw new HttpFailure('timeout', 'no connection in time');
    const portal = portalIds.find((one) => endpointOf(one) === call.url);
    if (portal === undefined) throw new HttpFailure('network', `nobody is at ${call.url}`);
    const headers = new Headers(call.headers);
    const message = { headers, body: Buffer.from(call.body ?? '') };
    const verdict = verifyWebhook(message, parseWebhookSecrets(outboundSecret(portal)), now());
    const given = answer();
    const isLost = faults.hits('portal times out after receipt');
    receipts.push({
      portal,
      id: headers.get('webhook-id') ?? '',
      body: call.body ?? '',
      isSigned: verdict.ok,
      isAccepted: given.status === 204 && !isLost,
    });
    if (isLost) throw new HttpFailure('timeout', 'no answer in time');
    return given;
  };
  return { receipts, receive };
}
