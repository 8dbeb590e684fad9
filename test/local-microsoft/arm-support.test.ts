import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { customers, deskTenantId, guidOf, partner } from '../../local/microsoft/seed-world.ts';
import { azure, runningMicrosoft } from './running-microsoft.ts';
import type { Answer, RunningMicrosoft } from './running-microsoft.ts';

const customer = customers.find((one) => one.azureSubscriptionId !== undefined)!;
const subscriptionId = customer.azureSubscriptionId!;
const version = 'api-version=2024-04-01';
const support = `/arm/subscriptions/${subscriptionId}/providers/Microsoft.Support`;

async function headersFor(microsoft: RunningMicrosoft) {
  const { authorization } = await microsoft.bearer(partner.tenantId, azure);
  return {
    ...(await microsoft.bearer(customer.tenantId, azure)),
    'x-ms-authorization-auxiliary': authorization,
  };
}

async function aTicket(microsoft: RunningMicrosoft, changed: object = {}) {
  const headers = await headersFor(microsoft);
  const services = await microsoft.call(`/arm/providers/Microsoft.Support/services?${version}`, { headers });
  const serviceId = services.at('value/0/id') as string;
  const classifications = await microsoft.call(`/arm${serviceId}/problemClassifications?${version}`, { headers });
  return {
    properties: {
      title: 'Machine cannot be reached',
      description: 'Since 06:05 UTC the machine does not answer.',
      severity: 'moderate',
      serviceId,
      problemClassificationId: classifications.at('value/0/id') as string,
      advancedDiagnosticConsent: 'Yes',
      contactDetails: {
        firstName: 'Oda',
        lastName: 'Operator',
        preferredContactMethod: 'email',
        primaryEmailAddress: 'desk@lindmoor.example',
        preferredTimeZone: 'W. Europe Standard Time',
        country: 'NOR',
        preferredSupportLanguage: 'en-us',
      },
      ...changed,
    },
  };
}

const put = async (microsoft: RunningMicrosoft, name: string, body?: object) =>
  microsoft.call(`${support}/supportTickets/${name}?${version}`, {
    method: 'PUT',
    headers: await headersFor(microsoft),
    body: body ?? (await aTicket(microsoft)),
  });

const get = async (microsoft: RunningMicrosoft, path: string) =>
  microsoft.call(path.startsWith('http') ? path : `${support}${path}`, { headers: await headersFor(microsoft) });

describe('the catalogue', () => {
  it('offers services with problem classifications of their own', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.call(`/arm/providers/Microsoft.Support/services?${version}`, {
      headers: await headersFor(microsoft),
    });
    expect(answer.at('value/*/properties/displayName')).toEqual(
      expect.arrayContaining(['Virtual Machine running Linux', 'App Service', 'SQL Database', 'Billing']),
    );
    const { properties } = await aTicket(microsoft);
    expect(properties.problemClassificationId).toMatch(
      new RegExp(`^${properties.serviceId}/problemClassifications/[0-9a-f-]{36}$`),
    );
  });

  it('lists the subscription of the token’s tenant', async () => {
    const microsoft = await runningMicrosoft();
    const list = async (tenantId: string) => {
      const headers = await microsoft.bearer(tenantId, azure);
      const answer = await microsoft.call('/arm/subscriptions?api-version=2022-12-01', { headers });
      return answer.at('value/*/subscriptionId');
    };
    expect(await list(customer.tenantId)).toEqual([subscriptionId]);
    expect(await list(customers[2]!.tenantId)).toEqual([]);
  });
});

describe('filing a ticket', () => {
  it('is accepted with an operation that ends on the world clock', async () => {
    const microsoft = await runningMicrosoft();
    const accepted = await put(microsoft, 'case-1');
    const operation = accepted.headers.get('azure-asyncoperation')!;
    const running = await get(microsoft, operation);
    const notYet = await get(microsoft, accepted.headers.get('location')!);
    const early = await get(microsoft, `/supportTickets/case-1?${version}`);
    await microsoft.advance(Number(accepted.headers.get('retry-after')));
    const done = await get(microsoft, operation);
    const result = await get(microsoft, accepted.headers.get('location')!);
    const ticket = await get(microsoft, `/supportTickets/case-1?${version}`);

    expect([accepted.status, accepted.text]).toEqual([202, '']);
    expect([running.at('status'), done.at('status')]).toEqual(['InProgress', 'Succeeded']);
    expect([notYet.status, result.status]).toEqual([202, 200]);
    expect(early.at('properties/isTemporaryTicket')).toBe('Yes');
    expect(early.at('properties/supportTicketId')).toBeUndefined();
    expect(ticket.body).toEqual(result.body);
    expect(ticket.body).toMatchObject({ name: 'case-1', type: 'Microsoft.Support/supportTickets' });
    expect(ticket.at('properties')).toMatchObject({
      status: 'Open',
      severity: 'moderate',
      serviceDisplayName: 'Virtual Machine running Linux',
      createdDate: '2026-11-24T09:00:00Z',
      isTemporaryTicket: 'No',
      supportEngineer: { emailAddress: null },
      serviceLevelAgreement: { slaMinutes: 240 },
    });
    expect(ticket.at('properties/supportTicketId')).toMatch(/^261124\d{10}$/);
  });

  it('never makes a second ticket of one name', async () => {
    const microsoft = await runningMicrosoft();
    const body = await aTicket(microsoft);
    await Promise.all([put(microsoft, 'case-1', body), put(microsoft, 'CASE-1', body)]);
    await microsoft.advance(60);
    const again = await put(microsoft, 'case-1', body);
    const list = await get(microsoft, `/supportTickets?${version}`);
    const told = await microsoft.told();

    expect(again.status).toBe(200);
    expect(list.at('value')).toHaveLength(1);
    expect(told.at('tickets')).toHaveLength(1);
    expect(told.at('tickets/0')).toMatchObject({
      tenantId: customer.tenantId,
      subscriptionId,
      number: again.at('properties/supportTicketId'),
      status: 'Open',
      puts: 3,
    });
  });

  it('is remembered, puts and number included, when Microsoft is started again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'microsoft-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const journal = join(folder, 'journal.jsonl');
    const first = await runningMicrosoft({ journal });
    await put(first, 'case-1');
    await put(first, 'case-1');
    await put(first, 'case-2');
    await first.control({ scenario: { ticket: { name: 'case-2', status: 'Updating', message: 'Hello.' } } });
    await first.advance(60);
    const before = await first.told();
    await first.stop();
    const second = await runningMicrosoft({ journal }, '2026-11-24T09:01:00Z');
    await put(second, 'case-2');
    const after = await second.told();
    const communications = await get(second, `/supportTickets/case-2/communications?${version}`);

    expect(before.at('tickets/*/puts')).toEqual([2, 1]);
    expect(after.at('tickets/*/puts')).toEqual([2, 2]);
    expect(after.at('tickets/*/number')).toEqual(before.at('tickets/*/number'));
    expect(after.at('tickets/*/status')).toEqual(['Open', 'Updating']);
    expect(communications.at('value/*/properties/body')).toEqual(['<p>Hello.</p>']);
  });

  it('gives every name a number of its own', async () => {
    const microsoft = await runningMicrosoft();
    const body = await aTicket(microsoft);
    await Promise.all(Array.from({ length: 40 }, (_, index) => put(microsoft, `case-${String(index)}`, body)));
    await microsoft.advance(60);
    const told = await microsoft.told();
    expect(new Set(told.at('tickets/*/number') as string[]).size).toBe(40);
  });

  it.each([
    ['title', { title: undefined }],
    ['severity', { severity: 'urgent' }],
    ['advancedDiagnosticConsent', { advancedDiagnosticConsent: undefined }],
    ['serviceId', { serviceId: '/providers/Microsoft.Support/services/none' }],
    ['contactDetails', { contactDetails: undefined }],
    ['contactDetails.phoneNumber', { severity: 'critical' }],
  ])('is refused where %s does not fit, naming the field', async (field, changed) => {
    const microsoft = await runningMicrosoft();
    const answer = await put(microsoft, 'case-1', await aTicket(microsoft, changed));
    const targets = answer.at('error/details/*/target');
    expect(answer.status).toBe(400);
    expect(targets).toContain(`properties.${field}`);
    expect((await microsoft.told()).at('tickets')).toEqual([]);
  });

  it('needs a token of the partner beside that of the customer', async () => {
    const microsoft = await runningMicrosoft();
    const customerOnly = await microsoft.bearer(customer.tenantId, azure);
    const { authorization: desk } = await microsoft.bearer(deskTenantId, azure);
    const body = await aTicket(microsoft);
    const url = `${support}/supportTickets/case-1?${version}`;
    const alone = await microsoft.call(url, { method: 'PUT', body, headers: customerOnly });
    const strange = await microsoft.call(url, {
      method: 'PUT',
      body,
      headers: { ...customerOnly, 'x-ms-authorization-auxiliary': desk },
    });
    expect([alone.status, alone.at('error/code')]).toEqual([403, 'AuthorizationFailed']);
    expect(strange.status).toBe(403);
  });

  it('is refused for a subscription of another tenant or of none', async () => {
    const microsoft = await runningMicrosoft();
    const other = customers.findLast((one) => one.azureSubscriptionId !== undefined)!;
    const headers = await headersFor(microsoft);
    const call = (id: string) =>
      microsoft.call(`/arm/subscriptions/${id}/providers/Microsoft.Support/supportTickets?${version}`, { headers });
    const foreign = await call(other.azureSubscriptionId!);
    const unknown = await call(guidOf('none'));
    expect([foreign.status, foreign.at('error/code')]).toEqual([401, 'InvalidAuthenticationTokenTenant']);
    expect([unknown.status, unknown.at('error/code')]).toEqual([404, 'SubscriptionNotFound']);
  });
});

describe('a filed ticket', () => {
  it('is not found under an unknown name', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await get(microsoft, `/supportTickets/nothing?${version}`);
    expect([answer.status, answer.at('error/code')]).toEqual([404, 'ResourceNotFound']);
  });

  it('takes severity and status by PATCH, closed in small letters and read in capitals', async () => {
    const microsoft = await runningMicrosoft();
    await put(microsoft, 'case-1');
    const patch = async (body: object) =>
      microsoft.call(`${support}/supportTickets/case-1?${version}`, {
        method: 'PATCH',
        headers: await headersFor(microsoft),
        body,
      });
    const closed = await patch({ status: 'closed', severity: 'minimal' });
    const refused = await patch({ status: 'Closed' });
    expect(closed.at('properties')).toMatchObject({ status: 'Closed', severity: 'minimal' });
    expect(refused.status).toBe(400);
  });

  it('is moved by a scenario, with a message that can be read', async () => {
    const microsoft = await runningMicrosoft();
    await put(microsoft, 'case-1');
    await microsoft.advance(600);
    await microsoft.control({
      scenario: { ticket: { name: 'case-1', status: 'Updating', message: 'We look at it.' } },
    });
    const ticket = await get(microsoft, `/supportTickets/case-1?${version}`);
    const communications = await get(microsoft, `/supportTickets/case-1/communications?${version}`);

    expect(ticket.at('properties')).toMatchObject({ status: 'Updating', modifiedDate: '2026-11-24T09:10:00Z' });
    expect(communications.at('value')).toHaveLength(1);
    expect(communications.at('value/0/properties')).toMatchObject({
      communicationDirection: 'outbound',
      body: '<p>We look at it.</p>',
      subject: expect.stringMatching(/TrackingID#\d{16}$/) as unknown,
    });
  });

  it('takes a communication, for which a service principal names the sender', async () => {
    const microsoft = await runningMicrosoft();
    await put(microsoft, 'case-1');
    const write = async (properties: object) =>
      microsoft.call(`${support}/supportTickets/case-1/communications/note-1?${version}`, {
        method: 'PUT',
        headers: await headersFor(microsoft),
        body: { properties },
      });
    const note = { subject: 'More', body: 'It also fails from outside.' };
    const anonymous = await write(note);
    const written = await write({ ...note, sender: 'desk@lindmoor.example' });
    const again = await write({ ...note, sender: 'desk@lindmoor.example' });
    const list = await get(microsoft, `/supportTickets/case-1/communications?${version}`);

    expect([anonymous.status, written.status]).toEqual([400, 200]);
    expect(again.body).toEqual(written.body);
    expect(list.at('value')).toEqual([written.body]);
  });

  it('is listed by status and date, page by page', async () => {
    const microsoft = await runningMicrosoft();
    const body = await aTicket(microsoft);
    for (const name of ['case-1', 'case-2', 'case-3']) {
      await put(microsoft, name, body);
      await microsoft.advance(60);
    }
    await microsoft.control({ scenario: { ticket: { name: 'case-2', status: 'Closed' } } });
    const names = (page: Answer) => page.at('value/*/name');
    const list = (query: string) => get(microsoft, `/supportTickets?${version}&${query}`);

    expect(names(await list("$filter=Status eq 'Open'"))).toEqual(['case-3', 'case-1']);
    expect(names(await list("$filter=Status eq 'Open' and CreatedDate ge 2026-11-24T09:01:30Z"))).toEqual(['case-3']);
    const first = await list('$top=2');
    expect(names(first)).toEqual(['case-3', 'case-2']);
    expect(names(await get(microsoft, first.textAt('nextLink')))).toEqual(['case-1']);
    expect((await list("$filter=Title eq 'x'")).status).toBe(400);
  });
});
