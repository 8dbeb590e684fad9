import type { Random } from '../../shared/core/ids.ts';
import { drawFaults, type Faults } from '../simulation/faults.ts';
import type { CallFault } from './azure-support-simulation.ts';

/** Of the call itself, at Microsoft or on the way there. */
const microsoftFaults = [
  'Microsoft hears nothing',
  'Microsoft is not heard',
  'Microsoft stalls',
  'Microsoft stalls and acts',
  'Microsoft acts late',
  'Microsoft answers 429 and says when',
  'Microsoft answers 429',
  'Microsoft answers 500',
  'Microsoft answers 503 and says when',
  'Microsoft answers 401',
  'Microsoft answers another 404',
  'Microsoft takes the right away',
  'Microsoft refuses the plan',
  'Microsoft answers a page',
  'Microsoft answers half',
  'Microsoft never ends the operation',
  'Entra is away',
  'Entra throttles',
  'Entra refuses',
] as const;

const deliveryFaults = ['lock is lost', 'settlement fails', 'bus sends twice', 'bus sends late'] as const;

const otherFaults = [
  'storage refuses the call',
  'storage loses its answer',
  'storage is asked again by its client',
  'storage commits after its time-out',
  'storage is slow',
  'storage answers an empty page',
  'bus refuses',
  'bus loses its answer',
  'bus is silent',
  'bus loses the message',
  'call is held up',
  'instance is killed',
  'timers are dead',
  'clocks differ',
  'client hangs up',
] as const;

export const filingFaultKinds = [...microsoftFaults, ...deliveryFaults, ...otherFaults] as const;
export type FilingFault = (typeof filingFaultKinds)[number];
export type FilingFaults = Faults<FilingFault>;

/** Which ways the desk is woken by: without a sweep nothing may be lost that only a sweep brings back. */
export type Waking = 'both' | 'sweep only' | 'bus only';

export function drawFilingFaults(random: Random, waking: Waking): FilingFaults {
  const kinds = waking === 'bus only' ? [...microsoftFaults, ...deliveryFaults] : filingFaultKinds;
  return drawFaults<FilingFault>(random, { kinds, perStep: ['instance is killed'] });
}

const refusal = (status: number, code: string, message = 'no'): CallFault => ({
  kind: 'status',
  status,
  body: JSON.stringify({ error: { code, message } }),
});
const passing = (status: number, seconds?: string): CallFault => ({
  kind: 'status',
  status,
  ...(seconds !== undefined && { headers: { 'retry-after': seconds } }),
});

/** What befalls one call to Microsoft; a stall has taken its time already. */
export function callFault(
  faults: FilingFaults,
  { kind, random }: { kind: string; random: Random },
): CallFault | undefined {
  if (faults.hits('Microsoft hears nothing')) return { kind: 'lost-before' };
  if (faults.hits('Microsoft is not heard')) return { kind: 'lost-after' };
  if (kind === 'put' && faults.hits('Microsoft acts late')) {
    return { kind: 'late', afterMs: Math.round(random() * 59_000) };
  }
  if (faults.hits('Microsoft answers 429 and says when')) return passing(429, '20');
  if (faults.hits('Microsoft answers 429')) return passing(429);
  if (faults.hits('Microsoft answers 500')) return passing(500);
  if (faults.hits('Microsoft answers 503 and says when')) return passing(503, '40');
  if (faults.hits('Microsoft answers 401')) return refusal(401, 'ExpiredAuthenticationToken');
  if (kind === 'get' && faults.hits('Microsoft answers another 404')) return refusal(404, 'SubscriptionNotFound');
  if (faults.hits('Microsoft takes the right away')) return refusal(403, 'AuthorizationFailed');
  if (kind === 'put' && faults.hits('Microsoft refuses the plan')) {
    return refusal(403, 'NotAllowed', 'Your support plan type is CSP; a higher one is needed.');
  }
  if (faults.hits('Microsoft answers a page')) return { kind: 'garbage' };
  if (faults.hits('Microsoft answers half')) return { kind: 'cut' };
  return undefined;
}
