import { describe, expect, it } from 'vitest';
import { azureSupportChannel } from '../../shared/escalations/azure-support.azuresupport.ts';
import { readOperation, readPutAnswer, readTicket } from '../../shared/escalations/azure-ticket.azuresupport.ts';
import type { FilingJob } from '../../shared/escalations/filing-channel.ts';
import { buildPacket } from '../../shared/escalations/packet.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { movedClock } from '../support/moved-clock.ts';
import { azureSupportSimulation, knownTokens, managementBaseUrl, type CallFault } from './azure-support-simulation.ts';
import { aContact, aCustomer, anAzureRequest, customerTenant, partnerTenant, subscription } from './builders.ts';

const job: FilingJob = {
  channel: 'azure-support',
  escalationId: 'abcdefghijklmnopqrstuvwxy2-1',
  ticketName: 'desk-abcdefghijklmnopqrstuvwxy2-1',
  connectionId: 'north',
  customerTenantId: customerTenant,
  partnerTenantId: partnerTenant,
  tokenWay: 'app',
  subscriptionId: subscription,
};

const packet = (request = anAzureRequest()) =>
  buildPacket({
    escalationId: job.escalationId,
    cloud: 'global',
    request,
    customer: aCustomer(),
    contact: aContact(),
    incidentIds: [],
  });

function aChannel(fault?: (kind: string) => CallFault | undefined, tokens = knownTokens) {
  const { clock } = movedClock();
  const microsoft = azureSupportSimulation({
    clock,
    partnerTenantId: partnerTenant,
    setUpMs: 0,
    ...(fault && { fault: (_call, kind) => fault(kind) }),
  });
  return { microsoft, channel: azureSupportChannel({ http: microsoft.http, tokens, clock, managementBaseUrl }) };
}

const answer = (status: number, body: unknown = {}, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const error = (code: string, message = '') => ({ error: { code, message } });

describe('the Azure channel', () => {
  it('puts a ticket in the customer’s subscription with both tokens, matched words and no consent', async () => {
    const { channel, microsoft } = aChannel();
    const prepared = await channel.prepare(job, packet(anAzureRequest({ severity: 'critical' })));
    if (prepared.kind !== 'prepared') throw new Error(prepared.kind);
    expect(microsoft.count('put')).toBe(0);
    const outcome = await prepared.submit();
    expect(outcome).toMatchObject({ kind: 'filed', case: { number: expect.stringMatching(/^\d{16}$/) as string } });
    expect(microsoft.count('tenant-level')).toBe(0);
    expect(microsoft.tickets.get(job.ticketName)).toMatchObject({
      tenantId: customerTenant,
      properties: {
        serviceId: '/providers/Microsoft.Support/services/vm-linux',
        problemClassificationId: '/providers/Microsoft.Support/services/vm-linux/problemClassifications/1',
        severity: 'critical',
        advancedDiagnosticConsent: 'No',
        contactDetails: {
          primaryEmailAddress: 'cases@northlight-cloud.example',
          preferredContactMethod: 'phone',
          country: 'NOR',
        },
      },
    });
  });

  it('finds a ticket by its name, and says when there is none', async () => {
    const { channel } = aChannel();
    expect(await channel.find(job)).toEqual({ kind: 'absent' });
    const prepared = await channel.prepare(job, packet());
    if (prepared.kind === 'prepared') await prepared.submit();
    expect(await channel.find(job)).toMatchObject({ kind: 'found', case: { status: 'Open', isClosed: false } });
  });

  it('takes a subscription that is not found for no proof that the ticket is absent', async () => {
    const fault = () => ({ kind: 'status', status: 404, body: JSON.stringify(error('SubscriptionNotFound')) }) as const;
    expect(await aChannel(fault).channel.find(job)).toMatchObject({ kind: 'refused', code: 'subscription-unknown' });
  });

  it.each([
    ['away', 'passing', undefined],
    ['throttled', 'passing', undefined],
    ['not-consented', 'refused', 'not-consented'],
    ['tenant-unknown', 'refused', 'not-consented'],
    ['invalid-grant', 'passing', undefined],
  ] as const)('answers a token that is %s as %s', async (reason, kind, code) => {
    const { channel } = aChannel(undefined, async () => {
      throw new TokenFailure(reason, 'no token');
    });
    expect(await channel.prepare(job, packet())).toMatchObject({ kind, ...(code && { code }) });
  });

  it('takes half an answer for passing trouble', async () => {
    const { channel } = aChannel(() => ({ kind: 'garbage' }));
    expect(await channel.prepare(job, packet())).toMatchObject({ kind: 'passing' });
    expect(await channel.find(job)).toMatchObject({ kind: 'passing' });
  });

  it('sends tokens nowhere but to the management endpoint', async () => {
    const { channel, microsoft } = aChannel();
    expect(await channel.progress(job, 'https://elsewhere.example/operations/1')).toEqual({ kind: 'ended' });
    expect(await channel.progress(job, 'not a url')).toEqual({ kind: 'ended' });
    expect(microsoft.calls).toEqual([]);
  });
});

describe('an answer to the put', () => {
  it.each([
    [202, {}, 'accepted'],
    [200, { properties: { status: 'Open', supportTicketId: '2611020030000001' } }, 'filed'],
    [201, '<html>', 'unknown'],
    [302, {}, 'unknown'],
    [408, {}, 'unknown'],
    [409, error('Conflict'), 'unknown'],
    [429, {}, 'passing'],
    [500, {}, 'unknown'],
    [503, {}, 'unknown'],
    [400, error('InvalidSupportPlan', 'no'), 'refused plan'],
    [403, error('Forbidden', 'Your support plan type is CSP, you need our high tier-support plans'), 'refused plan'],
    [403, error('AuthorizationFailed', 'no right'), 'refused rights-missing'],
    [401, error('InvalidAuthenticationToken'), 'passing'],
    [404, error('SubscriptionNotFound'), 'refused subscription-unknown'],
    [400, error('InvalidParameter', 'country'), 'refused contact-rejected'],
    [422, '<html>', 'refused rejected'],
  ])('%i %j means %s', (status, body, expected) => {
    const outcome = readPutAnswer(answer(status, body), 0);
    expect([outcome.kind, ...('code' in outcome ? [outcome.code] : [])].join(' ')).toBe(expected);
  });

  it('never repeats Microsoft’s message, which may quote the ticket', () => {
    const refused = readPutAnswer(answer(400, error('Bad request; see "my secret"', 'my secret')), 0);
    expect(JSON.stringify(refused)).not.toContain('secret');
  });
});

describe('a ticket', () => {
  it('has a number once it is final', () => {
    const of = (properties: object) => readTicket(JSON.stringify({ properties })).number;
    expect(of({ supportTicketId: '2611020030000001', isTemporaryTicket: 'No' })).toBe('2611020030000001');
    expect(of({ supportTicketId: '2611020030000001', isTemporaryTicket: 'Yes' })).toBeUndefined();
    expect(of({ supportTicketId: 'temporary-1' })).toBeUndefined();
    expect(of({})).toBeUndefined();
  });

  it.each(['Closed', 'closed'])('is closed when Microsoft says %s', (status) => {
    expect(readTicket(JSON.stringify({ properties: { status } })).isClosed).toBe(true);
  });

  it.each([
    [answer(200, { status: 'Succeeded' }), 'ended'],
    [answer(200, { status: 'InProgress' }), 'running'],
    [answer(202), 'running'],
    [answer(200, '<html>'), 'ended'],
    [answer(200, { status: 'Failed', ...error('Bad', 'support plan') }), 'refused'],
  ])('is followed through its operation: %j', (given, kind) => {
    expect(readOperation(given, 0).kind).toBe(kind);
  });
});
