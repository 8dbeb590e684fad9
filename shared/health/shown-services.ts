import type { CloudName } from '../customers/cloud.ts';
import { isUnused } from '../customers/product-services.ts';
import type { ServiceHealth } from './count-levels.ts';
import type { HealthLevel } from './severity.ts';
import type { ShardState } from './shard.ts';

/** A service as the customer's own answer shows it. */
export type ShownService = Omit<ServiceHealth, 'status'> & { status: HealthLevel | 'not-offered' };

/**
 * Services of the global cloud that another one lacks, by Graph's id. Microsoft docs: "Office 365 US Government" and "Office 365
 * operated by 21Vianet" service descriptions. Not complete: what a cloud offers nevertheless, its own overview shows.
 */
const notOffered: Readonly<Record<CloudName, Readonly<Record<string, string>>>> = {
  global: {},
  'us-government': { SwayEnterprise: 'Sway', yammer: 'Viva Engage' },
  china: { SwayEnterprise: 'Sway', yammer: 'Viva Engage' },
};

type Asked = { services: readonly string[] | undefined; unused: boolean; cloud: CloudName };

/**
 * Without the services that the customer has no subscription for, unless they were asked for: then with those, too, that its
 * cloud does not offer. What is broken by an incident is always there, and so is everything where the desk could not see what
 * the customer uses.
 */
export function shownServices(
  all: readonly ServiceHealth[],
  state: Pick<ShardState, 'issues'>,
  { services, unused, cloud }: Asked,
): ShownService[] {
  if (unused) {
    const lacking = Object.entries(notOffered[cloud])
      .filter(([id]) => !all.some((one) => one.id === id))
      .map(([id, name]): ShownService => ({ id, name, status: 'not-offered', incidentIds: [] }));
    return [...all, ...lacking].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
  return all.filter(
    ({ id, status, incidentIds }) =>
      !isUnused(services, id) ||
      status === 'degraded' ||
      status === 'down' ||
      incidentIds.some((incident) => state.issues[incident]?.classification === 'incident'),
  );
}
