import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inboundSchema, type Inbound } from '../../shared/portals/inbound.ts';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import { aSecret } from './a-portal.ts';
import { aSender } from './a-sender.ts';

const nowMs = Date.parse('2026-11-02T09:00:00Z');
const timestampSeconds = nowMs / 1_000;
const body = JSON.stringify({ kind: 'closed', at: '2026-11-02T08:59:00Z', ticket: 7 });
const textSecret = 'a-secret-of-the-psa-0123456789';

const fields = {
  events: [
    {
      type: 'support_request.closed',
      when: [{ from: ['kind'], is: ['closed'] }],
      timestamp: { from: ['at'] },
      data: {
        'externalRef.system': { value: 'psa' },
        'externalRef.id': { from: ['ticket'] },
        reason: { value: 'Done.' },
      },
    },
  ],
};
const mapped = {
  type: 'support_request.closed',
  timestamp: '2026-11-02T08:59:00Z',
  data: { externalRef: { system: 'psa', id: '7' }, reason: 'Done.' },
};

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const whpk = `whpk_${Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')}`;

const inbounds = {
  symmetric: { kind: 'standard-webhooks' },
  asymmetric: { kind: 'standard-webhooks', publicKeys: [whpk] },
  hmac: {
    kind: 'described-hmac',
    hmac: { header: 'webhook-signature', algorithm: 'sha256', encoding: 'base64', key: 'text', signed: ['body'] },
    fields,
  },
  basic: { kind: 'shared-secret', shown: { as: 'basic', username: 'psa' }, fields },
  bearer: { kind: 'shared-secret', shown: { as: 'bearer' }, fields },
  header: { kind: 'shared-secret', shown: { as: 'header', header: 'X-Api-Key' }, fields },
};
type Kind = keyof typeof inbounds;

const inboundFor = (kind: Kind): Inbound => inboundSchema.parse({ ...inbounds[kind], secretName: 'the-secret' });

const standard = signWebhook({ id: 'msg_1', timestampSeconds, body: Buffer.from(body) }, parseWebhookSecrets(aSecret));
const signedText = Buffer.from(`msg_1.${String(timestampSeconds)}.${body}`);

const proofs: Record<Kind, Record<string, string>> = {
  symmetric: standard,
  asymmetric: { ...standard, 'webhook-signature': `v1a,${sign(null, signedText, privateKey).toString('base64')}` },
  hmac: { 'webhook-signature': createHmac('sha256', textSecret).update(body).digest('base64') },
  basic: { authorization: `Basic ${Buffer.from(`psa:${textSecret}`).toString('base64')}` },
  bearer: { authorization: `Bearer ${textSecret}` },
  header: { 'x-api-key': textSecret },
};
const kinds = Object.keys(inbounds) as Kind[];
const secretOf = (kind: Kind) => ({ symmetric: aSecret, asymmetric: '' })[kind as string] ?? textSecret;

describe('identifySender', () => {
  it.each(kinds)('knows a sender by %s', async (kind) => {
    const { identify, entries } = await aSender(inboundFor(kind), secretOf(kind), nowMs);
    const sender = await identify(proofs[kind], body);
    expect(sender.portal.id).toBe('harbour');
    const isStandard = inbounds[kind].kind === 'standard-webhooks';
    expect(sender.body).toEqual(isStandard ? undefined : mapped);
    expect(sender.webhookId).toMatch(isStandard ? /^msg_1$/ : /^[a-z2-7]{52}$/);
    expect(entries).toEqual([]);
  });

  it.each(kinds)('by %s knows no proof of another kind, with whatever secret', async (kind) => {
    const secrets = [secretOf(kind), textSecret, aSecret, ''];
    for (const secret of secrets) {
      const { identify } = await aSender(inboundFor(kind), secret, nowMs);
      for (const other of kinds) {
        // Whoever signs with public keys may have a secret as well.
        if (other === kind || (kind === 'asymmetric' && other === 'symmetric' && secret === aSecret)) continue;
        await expect(identify(proofs[other], body)).rejects.toMatchObject({ code: 'unauthenticated' });
      }
    }
  });

  it.each(kinds.filter((kind) => kind !== 'asymmetric'))(
    'by %s knows nobody while the vault has nothing of use',
    async (kind) => {
      for (const secret of ['', 'short', 'whsec_short']) {
        const { identify, entries } = await aSender(inboundFor(kind), secret, nowMs);
        await expect(identify(proofs[kind], body)).rejects.toMatchObject({ code: 'unauthenticated' });
        expect(entries.map(({ event }) => event)).toEqual(['portals.secret-unusable', 'portals.hook-refused']);
        expect(JSON.stringify(entries)).not.toContain('short');
      }
    },
  );

  it('takes the secret and the public keys of one portal side by side', async () => {
    const { identify } = await aSender(inboundFor('asymmetric'), aSecret, nowMs);
    const both = { ...standard, 'webhook-signature': `${proofs.asymmetric['webhook-signature'] ?? ''} v1,x` };
    for (const headers of [standard, proofs.asymmetric, both]) {
      await expect(identify(headers, body)).resolves.toMatchObject({ webhookId: 'msg_1' });
    }
  });

  it.each(['basic', 'bearer', 'header'] as const)(
    'by %s takes either of two secrets, and no other spelling',
    async (kind) => {
      const { identify } = await aSender(inboundFor(kind), `a-newer-secret-of-the-psa ${textSecret}`, nowMs);
      await expect(identify(proofs[kind], body)).resolves.toMatchObject({ body: mapped });
      const [name, value] = Object.entries(proofs[kind])[0]!;
      for (const spelling of [`${value}x`, value.slice(0, -1), `${value}, ${value}`, value.toUpperCase(), 'x', '']) {
        await expect(identify({ [name]: spelling }, body)).rejects.toMatchObject({ code: 'unauthenticated' });
      }
    },
  );

  it('refuses what a known sender sends that is no JSON, not called JSON, or does not fit the map', async () => {
    const { identify } = await aSender(inboundFor('header'), textSecret, nowMs);
    await expect(identify(proofs.header, '{')).rejects.toMatchObject({ code: 'malformed-json' });
    await expect(identify({ ...proofs.header, 'content-type': 'text/plain' }, body)).rejects.toMatchObject({
      code: 'unsupported-media-type',
    });
    await expect(identify(proofs.header, '{"kind":"closed"}')).rejects.toMatchObject({
      code: 'invalid-body',
      extras: { errors: [{ path: 'externalRef.id' }, { path: 'timestamp' }] },
    });
  });
});
