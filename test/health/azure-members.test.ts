import { describe, expect, it } from 'vitest';
import { aHealthDesk } from './health-desk.ts';

describe('a customer that has no Azure any more', () => {
  it('names no incident of Azure on its row any more', async () => {
    const desk = aHealthDesk();
    await desk.begin(2, 2);
    const tenants = [desk.tenant(0), desk.tenant(1)];
    desk.microsoft.azure.event({ name: '7VX2-L9G', at: desk.now(), tenants });
    await desk.cycle();
    const open = async (n: number) => (await desk.customers.get(desk.id(n)))!.openAzureIncidentIds;
    expect(await open(0)).toHaveLength(1);
    const { healthShard } = (await desk.customers.get(desk.id(0)))!;
    await desk.azureFeed.keep(healthShard, [{ customerId: desk.id(0), tenantId: desk.tenant(0), subscriptionIds: [] }]);
    await desk.cycle();
    expect(await open(0)).toBeUndefined();
    expect(await open(1)).toHaveLength(1);
  });
});
