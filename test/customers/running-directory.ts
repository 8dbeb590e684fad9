import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import { runDirectory } from './passes.ts';

export const pcCalls = (desk: HealthDesk) =>
  desk.microsoft.calls.filter(({ url }) => url.startsWith(desk.microsoft.root.pc));

let records = 0;
/** What somebody did at Partner Center just now. */
export function audited(desk: HealthDesk, more: Record<string, unknown>) {
  desk.microsoft.audit.push({
    id: `record-${String(++records)}`,
    resourceType: 'subscription',
    operationType: 'update_subscription',
    operationStatus: 'succeeded',
    operationDate: desk.now(),
    ...more,
  });
}

/** A subscription that says which services it gives. */
export const exchange = {
  status: 'active',
  offerName: 'Exchange Online (Plan 1)',
  productType: { id: 'OnlineServicesNCE' },
};

/** A desk whose first pass is over and whose audit records are read in their turn. */
export async function aRunningDesk(count: number, role: 'direct' | 'provider' = 'direct') {
  const desk = aHealthDesk({ role });
  await desk.begin(count);
  await runDirectory(desk, { minutes: 20 });
  return desk;
}
