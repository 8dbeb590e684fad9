import { createPublicKey } from 'node:crypto';
import { AppError, isAppError, unavailable } from '../../shared/core/errors.ts';
import { createPartnerCenterHook, type SignerOf } from '../../shared/customers/partner-center-hook.ts';
import { capturedLog } from '../support/captured-log.ts';
import { keys, place, signedHeaders } from './a-partner-center.ts';

export const customer = '60be9e54-ef07-56f9-a240-15caa7805f3e';
export const partner = '1a032cfb-ac85-5df5-b8fc-c2bbb69ea686';

/** As Microsoft's pages show it. */
export const subscriptionUpdated = JSON.stringify({
  EventName: 'subscription-updated',
  ResourceUri: `http://api.partnercenter.microsoft.com/webhooks/v1/customers/${customer}/subscriptions/f9461c69-bdc2-58e8-8b24-a4f5dfb4e35f`,
  ResourceName: 'subscription',
  AuditUri: 'https://api.partnercenter.microsoft.com/v1/auditrecords/42726f28-2652-5948-bd7f-07b42903bffe',
  ResourceChangeUtcDate: '2026-08-24T10:15:36.3520276+00:00',
});

/** The hook alone: a signer that is known, and hints that are kept. */
export function aHook({ isAway = false }: { isAway?: boolean } = {}) {
  const asked: string[] = [];
  const hinted: string[] = [];
  const state = { isStorageAway: false, turns: 0, turnsLeft: Infinity };
  const log = capturedLog();
  const key = createPublicKey(keys.signer.privateKey);
  const signerOf: SignerOf = async (url) => {
    asked.push(url);
    if (isAway) throw unavailable('certificate', undefined);
    return Promise.resolve({ key, fromMs: 0, untilMs: Infinity });
  };
  const keep = async (hint: string) => {
    if (state.isStorageAway) throw unavailable('storage', undefined);
    hinted.push(hint);
    return Promise.resolve();
  };
  const connections = [
    { id: 'emea', tenantId: partner, clientId: 'c', role: 'direct' as const },
    { id: 'apac', tenantId: '9a032cfb-ac85-5df5-b8fc-c2bbb69ea686', clientId: 'c', role: 'direct' as const },
  ];
  const receive = createPartnerCenterHook({
    signerOf,
    certificatePlaces: [place],
    takeTurn: () => {
      state.turns++;
      if (state.turnsLeft-- <= 0) throw new AppError('too-many-requests', 'Too fast.', { retryAfterSeconds: 1 });
    },
    cloud: { connections },
    hints: {
      customer: async (tenantId) => keep(`customer ${tenantId}`),
      delegation: async (connectionId, id) => keep(`delegation ${connectionId} ${id ?? '-'}`),
    },
  });
  const send = async (body: string | Uint8Array, headers: Record<string, string> = signedHeaders(body)) => {
    try {
      await receive({ headers: new Headers(headers), raw: Buffer.from(body) }, log.scope);
      return 'taken';
    } catch (error) {
      if (isAppError(error)) return error.code;
      throw error;
    }
  };
  return { send, asked, hinted, state, entries: log.entries };
}
