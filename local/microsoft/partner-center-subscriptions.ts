import { link } from './partner-center-access.ts';
import { guidOf, partner } from './seed-world.ts';
import type { SeedCustomer } from './seed-world.ts';
import type { State } from './state.ts';

/** What a customer has bought: its seed offers, and what a scenario sold or ended since. */
export function subscriptionsOf(customer: SeedCustomer, { beganAt, partnerChanges }: State) {
  const statuses = new Map(customer.offers.map((offerName) => [offerName, 'active']));
  for (const change of partnerChanges) {
    if (change.kind === 'subscription' && change.tenantId === customer.tenantId) {
      statuses.set(change.offerName, change.status);
    }
  }
  const licences = [...statuses].map(([offerName, status]) =>
    subscription(customer, beganAt, licence(offerName, status)),
  );
  const items =
    customer.azureSubscriptionId === undefined ? licences : [...licences, subscription(customer, beganAt, azurePlan)];
  return { totalCount: items.length, items, attributes: { objectType: 'Collection' } };
}

const licence = (offerName: string, status: string): Offer => ({
  offerId: `CFQ7TTC0${guidOf(`offer:${offerName}`).slice(0, 4).toUpperCase()}:0002:CFQ7TTC0K5BF`,
  offerName,
  productType: 'OnlineServicesNCE',
  quantity: 40,
  unitType: 'Licenses',
  billingType: 'license',
  termDuration: 'P1Y',
  status,
});

const azurePlan = {
  offerId: 'DZH318Z0BPS6:0001:DZH318Z0BMJX',
  offerName: 'Azure plan',
  productType: 'Azure',
  quantity: 1,
  unitType: 'Usage-based',
  billingType: 'usage',
};

type Offer = {
  offerId: string;
  offerName: string;
  productType: string;
  quantity: number;
  unitType: string;
  billingType: string;
  termDuration?: string;
  status?: string;
};

/** Microsoft docs: subscription resources. */
function subscription({ slug, tenantId, country }: SeedCustomer, beganAt: number, offer: Offer) {
  const id = guidOf(`subscription:${slug}:${offer.offerName}`);
  const dayMs = 24 * 60 * 60 * 1000;
  const { productType, status = 'active', ...fields } = offer;
  return {
    id,
    ...fields,
    status,
    friendlyName: offer.offerName,
    productType: { id: productType, displayName: productType },
    hasPurchasableAddons: false,
    creationDate: new Date(beganAt - 200 * dayMs).toISOString(),
    effectiveStartDate: new Date(beganAt - 200 * dayMs).toISOString(),
    commitmentEndDate: new Date(beganAt + 165 * dayMs).toISOString(),
    autoRenewEnabled: true,
    isTrial: false,
    billingCycle: 'monthly',
    isMicrosoftProduct: true,
    partnerId: partner.partnerId,
    attentionNeeded: false,
    actionTaken: false,
    contractType: 'subscription',
    publisherName: 'Microsoft Corporation',
    links: {
      product: link(`/products/${offer.offerId.split(':')[0] ?? ''}?country=${country}`),
      self: link(`/customers/${tenantId}/subscriptions/${id}`),
    },
    orderId: guidOf(`order:${id}`).slice(0, 12),
    attributes: { etag: Buffer.from(id).toString('base64'), objectType: 'Subscription' },
  };
}
