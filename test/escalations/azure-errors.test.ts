import { describe, expect, it } from 'vitest';
import { azureSupportChannel } from '../../shared/escalations/azure-support.azuresupport.ts';
import { alpha3Of } from '../../shared/escalations/country-code.ts';
import type { FilingJob } from '../../shared/escalations/filing-channel.ts';
import { buildPacket } from '../../shared/escalations/packet.ts';
import { movedClock } from '../support/moved-clock.ts';
import { anAzureCase, id, ticketName } from './an-azure-case.ts';
import { azureErrors, type StagedError } from './azure-errors.ts';
import { azureSupportSimulation, knownTokens, managementBaseUrl } from './azure-support-simulation.ts';
import { aContact, aCustomer, anAzureRequest, customerTenant, partnerTenant, subscription } from './builders.ts';

const minute = 60_000;

/** A case at which Microsoft answers `staged`: for ever where that is to park it, else once. */
async function staged({ from, status, error, becomes }: StagedError) {
  let left = becomes === 'passes' ? 1 : Infinity;
  const desk = await anAzureCase({
    setUpMs: from === 'operation' ? 3_000 : 0,
    fault: (kind) =>
      kind === from && left-- > 0 ? { kind: 'status', status, body: JSON.stringify(error) } : undefined,
  });
  return desk;
}

const named = (one: StagedError) =>
  [`${one.from} ${String(one.status)} ${JSON.stringify(one.error)}`, one, one.becomes] as const;

describe('each error of the Azure Support API', () => {
  it.each(azureErrors.filter(({ becomes }) => becomes === 'passes').map(named))(
    '%s passes: one case is filed in the end',
    async (_name, one) => {
      const desk = await staged(one);
      await desk.pass(30 * minute);
      expect(['filed', 'following']).toContain((await desk.read()).state);
      expect(desk.microsoft.tickets.get(ticketName)?.commits).toBe(1);
    },
  );

  it.each(azureErrors.filter(({ becomes }) => becomes !== 'passes').map(named))(
    '%s says what to do',
    async (_name, one, becomes) => {
      const desk = await staged(one);
      await desk.pass(2 * minute);
      const { state, parkedReason, reasons } = await desk.read();
      const reason = parkedReason ?? reasons.at(-1);
      expect({ state, code: reason?.code }).toEqual(becomes);
      expect(reason?.text.length).toBeGreaterThan(20);
      expect(reason?.remedy).toMatch(one.remedy ?? /\w{3}/);
      // An operation that failed has left its ticket in the simulation.
      expect(desk.microsoft.tickets.size).toBe(one.from === 'operation' ? 1 : 0);
    },
  );

  it('reads the lists again, once, where a service or problem type is refused', async () => {
    let left = 1;
    const body = JSON.stringify({ error: { code: 'BadRequest', message: 'The serviceId is not valid.' } });
    const desk = await anAzureCase({
      setUpMs: 0,
      fault: (kind) => (kind === 'put' && left-- > 0 ? { kind: 'status', status: 400, body } : undefined),
    });
    await desk.drain();
    expect((await desk.read()).state).toBe('filed');
    expect([desk.microsoft.count('services'), desk.microsoft.count('put')]).toEqual([2, 2]);
  });

  it('follows the pages of a list, and no page elsewhere', async () => {
    const clock = movedClock().clock;
    const base = '/providers/Microsoft.Support/services';
    const pages: string[] = [];
    const microsoft = azureSupportSimulation({
      clock,
      partnerTenantId: partnerTenant,
      setUpMs: 0,
      fault: ({ url }, kind) => {
        if (kind !== 'services') return undefined;
        pages.push(url);
        const isFirst = pages.length === 1;
        const item = { id: `${base}/vm-linux`, properties: { displayName: 'Virtual Machine running Linux' } };
        const nextLink = isFirst ? `${managementBaseUrl}${base}?$skipToken=2` : 'https://elsewhere.example/next';
        return { kind: 'status', status: 200, body: JSON.stringify({ value: isFirst ? [] : [item], nextLink }) };
      },
    });
    const channel = azureSupportChannel({ http: microsoft.http, tokens: knownTokens, clock, managementBaseUrl });
    expect((await channel.prepare(job, packet())).kind).toBe('prepared');
    expect(pages).toHaveLength(2);
  });
});

const job: FilingJob = {
  ...{ channel: 'azure-support', escalationId: id, ticketName, connectionId: 'north', tokenWay: 'app' },
  ...{ customerTenantId: customerTenant, partnerTenantId: partnerTenant, subscriptionId: subscription },
};

const packet = (contact: Parameters<typeof aContact>[0] = {}, severity: 'critical' | 'moderate' = 'moderate') =>
  buildPacket({
    ...{ escalationId: id, cloud: 'global', incidentIds: [] },
    ...{ request: anAzureRequest({ severity }), customer: aCustomer(), contact: aContact(contact) },
  });

describe('before anything is called', () => {
  const { clock } = movedClock();
  const microsoft = azureSupportSimulation({ clock, partnerTenantId: partnerTenant });
  const channel = azureSupportChannel({ http: microsoft.http, tokens: knownTokens, clock, managementBaseUrl });

  it.each([
    ['the partner’s own tenant', { ...job, customerTenantId: partnerTenant }, packet(), 'own-tenant'],
    ['no subscription', { ...job, subscriptionId: '' }, packet(), 'subscription-unknown'],
    ['a path for a subscription', { ...job, subscriptionId: '../providers' }, packet(), 'subscription-unknown'],
    ['a critical case without a telephone', job, packet({ phone: undefined }, 'critical'), 'phone-missing'],
    ['a country that is none', job, packet({ country: 'XYZ' }), 'country-unknown'],
  ])('%s is refused', async (...[, where, what, code]) => {
    expect(await channel.prepare(where, what)).toMatchObject({ kind: 'refused', code });
    expect(microsoft.calls).toEqual([]);
  });

  it.each([
    ['NOR', 'NOR'],
    ['nor', 'NOR'],
    ['no', 'NOR'],
    ['DE', 'DEU'],
    ['Germany', undefined],
    ['', undefined],
  ])('the country %j is %s', (given, code) => {
    expect(alpha3Of(given)).toBe(code);
  });
});
