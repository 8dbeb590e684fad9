import type { Random } from '../../shared/core/ids.ts';

/** Of the ports that every consumer has. */
export const portFaults = [
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
] as const;

/** Everything that a run may do to the desk, each at any call of its kind. */
export const faultKinds = [
  ...portFaults,
  'lock is lost',
  'settlement fails',
  'vault is away',
  'portal times out before receipt',
  'portal times out after receipt',
  'portal answers 500',
  'portal answers 429',
  'portal redirects',
  'instance is killed',
  'deployment kills all',
  'timers are dead',
  'clocks differ',
  'client hangs up',
] as const;
export type FaultKind = (typeof faultKinds)[number];
export type StorageFault = Extract<FaultKind, `storage ${string}`>;

/** A kill is drawn at every step of the whole run, not once per call. */
const perStep: readonly FaultKind[] = ['instance is killed', 'deployment kills all'];

export type Faults<Kind = FaultKind> = {
  hits(kind: Kind): boolean;
  /** The kinds that did hit. */
  met: Set<Kind>;
  /** From now on nothing fails any more. */
  stop(): void;
  areOver(): boolean;
};

/** Swarm testing: each run has its own few kinds, each with its own rate, so that rare company is met too. */
export const drawnFaults = (random: Random): Faults => drawFaults(random, { kinds: faultKinds, perStep });

export function drawFaults<Kind>(
  random: Random,
  { kinds, perStep: rare }: { kinds: readonly Kind[]; perStep: readonly Kind[] },
): Faults<Kind> {
  const rates = new Map<Kind, number>();
  for (const kind of kinds) {
    const rate = 0.02 + random() * 0.25;
    if (random() < 0.4) rates.set(kind, rare.includes(kind) ? rate / 15 : rate);
  }
  const met = new Set<Kind>();
  let isOver = false;
  return {
    hits: (kind) => {
      const rate = rates.get(kind);
      const isHit = rate !== undefined && !isOver && random() < rate;
      if (isHit) met.add(kind);
      return isHit;
    },
    met,
    stop: () => {
      isOver = true;
    },
    areOver: () => isOver,
  };
}

export const noFaults: Faults = { hits: () => false, met: new Set(), stop: () => undefined, areOver: () => true };
