import { once } from 'node:events';
import { createServer } from 'node:http';
import { verify, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
import { partnerCenter, runningMicrosoft, type RunningMicrosoft } from './running-microsoft.ts';

const root = '/partnercenter/webhooks/v1/registration';
const { tenantId } = customers[0]!;

type Received = { headers: Record<string, string>; body: string };

/** Somebody who is told, answering with `statuses` one after the other and then with 200. */
async function aListener(statuses: number[] = []) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`;
  const until = async (count: number) => {
    await vi.waitFor(() => {
      expect(received).toHaveLength(count);
    }, 5_000);
    return received;
  };
  return { url, received, until };
}

async function aPartner(microsoft: RunningMicrosoft) {
  const headers = await microsoft.bearer(partner.tenantId, partnerCenter);
  const call = async (path: string, more: { method?: string; body?: object } = {}) =>
    microsoft.call(`${root}${path}`, { headers, ...more });
  const register = async (url: string, events: string[], method = 'POST') =>
    call('', { method, body: { WebhookUrl: url, WebhookEvents: events, SignatureTokenToMsSignatureHeader: true } });
  return { call, register };
}

describe('the registration at the simulated Partner Center', () => {
  it('is one: made by POST, replaced by PUT', async () => {
    const { call, register } = await aPartner(await runningMicrosoft());
    const url = 'https://desk.example/hook';
    const statuses = [
      (await call('')).status,
      (await register(url, ['test-created'], 'PUT')).status,
      (await register(url, ['test-created'])).status,
      (await register(url, ['test-created'])).status,
      (await register(url, ['invoice-ready'], 'PUT')).status,
    ];
    expect(statuses).toEqual([404, 404, 200, 409, 200]);
    expect((await call('')).body).toMatchObject({
      WebhookUrl: url,
      WebhookEvents: ['invoice-ready'],
      SignatureTokenToMsSignatureHeader: true,
    });
  });

  it('is for the events that it names, and refuses others', async () => {
    const { call, register } = await aPartner(await runningMicrosoft());
    expect((await call('/events')).body).toContain('subscription-updated');
    expect((await register('https://desk.example', ['nothing-of-the-kind'])).status).toBe(400);
  });

  it('is refused without a token', async () => {
    const microsoft = await runningMicrosoft();
    expect((await microsoft.call(`${root}/events`)).status).toBe(401);
  });

  it('outlives a reset and a restart, as the authority does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webhooks-'));
    onTestFinished(async () => rm(folder, { recursive: true, force: true }));
    const journal = join(folder, 'journal.jsonl');
    const first = await runningMicrosoft({ journal });
    await (await aPartner(first)).register('https://desk.example', ['test-created']);
    await first.control({ reset: true });
    await first.stop();
    const second = await runningMicrosoft({ journal });
    expect((await (await aPartner(second)).call('')).at('WebhookUrl')).toBe('https://desk.example');
    const rootOf = ({ settings }: RunningMicrosoft) =>
      new X509Certificate(settings.PARTNER_CENTER_WEBHOOK_ROOTS!).publicKey.export({ type: 'spki', format: 'pem' });
    expect(rootOf(second)).toBe(rootOf(first));
  });
});

describe('a webhook of the simulated Partner Center', () => {
  it('is signed with a certificate that lies at its address and stands under the world’s authority', async () => {
    const microsoft = await runningMicrosoft();
    const listener = await aListener();
    await (await aPartner(microsoft)).register(listener.url, ['subscription-updated']);
    await microsoft.control({ scenario: { subscription: { tenantId, offerName: 'Power BI Pro' } } });
    const [{ headers, body } = { headers: {}, body: '' }] = await listener.until(1);
    const url = headers['x-ms-certificate-url'] ?? '';
    expect(url.startsWith(microsoft.settings.PARTNER_CENTER_WEBHOOK_CERTIFICATES ?? '-')).toBe(true);
    const leaf = new X509Certificate(await (await fetch(url)).text());
    const authority = new X509Certificate(microsoft.settings.PARTNER_CENTER_WEBHOOK_ROOTS ?? '');
    expect([leaf.checkIssued(authority), leaf.verify(authority.publicKey)]).toEqual([true, true]);
    const signature = Buffer.from((headers['x-ms-signature'] ?? '').replace('Signature ', ''), 'base64');
    expect(verify('RSA-SHA256', Buffer.from(body), leaf.publicKey, signature)).toBe(true);
    expect(JSON.parse(body)).toMatchObject({
      EventName: 'subscription-updated',
      ResourceUri: expect.stringContaining(`/customers/${tenantId}/subscriptions/`) as string,
    });
    expect((await fetch(url.replace(/[^/]+$/, 'other.cer'))).status).toBe(404);
  });

  it('is sent for what was registered alone, and says what happened to a relationship', async () => {
    const microsoft = await runningMicrosoft();
    const listener = await aListener();
    const gdap = ['terminated', 'activated'].map((what) => `granular-admin-relationship-${what}`);
    const events = [...gdap, 'granular-admin-access-assignment-updated'];
    await (await aPartner(microsoft)).register(listener.url, events);
    const told = async (count: number, change: object) => {
      await microsoft.control({ scenario: { subscription: { tenantId, offerName: 'Power BI Pro' } } });
      await microsoft.control({ scenario: { gdap: { tenantId, ...change } } });
      return (JSON.parse((await listener.until(count)).at(-1)!.body) as { EventName: string }).EventName;
    };
    expect(await told(1, { endsAt: '2020-01-01T00:00:00Z' })).toBe(gdap[0]);
    expect(await told(2, { endsAt: '2027-01-01T00:00:00Z' })).toBe(gdap[1]);
    expect(await told(3, { roles: [] })).toBe(events[2]);
  });

  it('is sent again until it is taken, and a validation event keeps what became of it', async () => {
    const microsoft = await runningMicrosoft();
    const listener = await aListener([503]);
    const { call, register } = await aPartner(microsoft);
    await register(listener.url, ['test-created']);
    const asked = await call('/validationEvents', { method: 'POST' });
    await listener.until(2);
    const outcome = async () => call(`/validationEvents/${asked.textAt('correlationId')}`);
    await vi.waitFor(async () => {
      expect((await outcome()).at('status')).toBe('completed');
    });
    expect((await outcome()).at('results/*/responseCode')).toEqual(['ServiceUnavailable', 'OK']);
    expect((await call('/validationEvents/eaac9967-85b3-52a8-945f-d32eeb3d8827')).status).toBe(404);
  });

  it('of a validation is sent twice a minute, and to those who asked for it', async () => {
    const microsoft = await runningMicrosoft();
    const listener = await aListener();
    const { call, register } = await aPartner(microsoft);
    const validate = async () => (await call('/validationEvents', { method: 'POST' })).status;
    const without = await validate();
    await register(listener.url, ['test-created']);
    expect([without, await validate(), await validate(), await validate()]).toEqual([400, 200, 200, 429]);
  });
});
