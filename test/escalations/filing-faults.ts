import type { Random } from '../../shared/core/ids.ts';
import { drawFaults, portFaults, type Faults } from '../simulation/faults.ts';
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
  ...portFaults,
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

type Befalling = readonly [fault: FilingFault, of: string | undefined, what: (random: Random) => CallFault];

/** What befalls a call, and of which kind of call alone; the first that is drawn. */
const befalling: readonly Befalling[] = [
  ['Microsoft hears nothing', undefined, () => ({ kind: 'lost-before' })],
  ['Microsoft is not heard', undefined, () => ({ kind: 'lost-after' })],
  ['Microsoft acts late', 'put', (random) => ({ kind: 'late', afterMs: Math.round(random() * 59_000) })],
  ['Microsoft answers 429 and says when', undefined, () => passing(429, '20')],
  ['Microsoft answers 429', undefined, () => passing(429)],
  ['Microsoft answers 500', undefined, () => passing(500)],
  ['Microsoft answers 503 and says when', undefined, () => passing(503, '40')],
  ['Microsoft answers 401', undefined, () => refusal(401, 'ExpiredAuthenticationToken')],
  ['Microsoft answers another 404', 'get', () => refusal(404, 'SubscriptionNotFound')],
  ['Microsoft takes the right away', undefined, () => refusal(403, 'AuthorizationFailed')],
  ['Microsoft refuses the plan', 'put', () => refusal(403, 'NotAllowed', 'Your support plan type is CSP.')],
  ['Microsoft answers a page', undefined, () => ({ kind: 'garbage' })],
  ['Microsoft answers half', undefined, () => ({ kind: 'cut' })],
];

/** A stall has taken its time already. */
export function callFault(
  faults: FilingFaults,
  { kind, random }: { kind: string; random: Random },
): CallFault | undefined {
  for (const [fault, of, what] of befalling) {
    if ((of === undefined || of === kind) && faults.hits(fault)) return what(random);
  }
  return undefined;
}
