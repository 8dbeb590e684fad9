import { describe, expect, it } from 'vitest';
import { customers } from '../../local/microsoft/seed-world.ts';
import { customerLinks } from '../../shared/customers/customer-links.ts';
import { createPortalLinks } from '../../shared/customers/portal-links.ts';
import { aDeskAtMicrosoft } from '../health/a-desk-at-microsoft.ts';

type Desk = Awaited<ReturnType<typeof aDeskAtMicrosoft>>;

/** Services of a customer whose links come from Microsoft's own list. */
async function ownLinks({ queries, idOf }: Desk, slug: string): Promise<string[]> {
  const links = await createPortalLinks(queries).of(idOf(slug));
  const customer = (await queries.customers.get(idOf(slug)))!;
  const { items } = customerLinks({ cloud: 'global', customer, wanted: {}, links });
  return items.filter(({ source }) => source === 'microsoft').map(({ service, opens }) => `${service} ${opens}`);
}

const fromGraph = ['microsoftteams customer', 'OrgLiveID customer', 'lighthouse partner'];

describe('links from the simulated Microsoft', () => {
  it('are Graph’s of every customer', async () => {
    const desk = await aDeskAtMicrosoft();
    for (const { slug } of customers) expect(await ownLinks(desk, slug)).toEqual(fromGraph);
  });

  it('are Partner Center’s of a customer whose relationship is over, by the next reading', async () => {
    const desk = await aDeskAtMicrosoft();
    const { tenantId } = customers.find(({ slug }) => slug === 'larkmead')!;
    await desk.microsoft.control({ scenario: { gdap: { tenantId, endsAt: '2020-01-01T00:00:00Z' } } });
    await desk.microsoft.control({ scenario: { subscription: { tenantId, offerName: 'Power BI Pro' } } });
    await desk.cycle(16);
    await desk.cycle(1);
    expect(await ownLinks(desk, 'larkmead')).toEqual([
      'Exchange customer',
      'service-health customer',
      'support-request customer',
      'MicrosoftCommunicationsOnline customer',
    ]);
    expect(await ownLinks(desk, 'aldercote')).toEqual(fromGraph);
  });
});
