import type { Random } from '../../shared/core/ids.ts';

/** Everything that a run may do to the desk, each at any call of its kind. */
export const faultKinds = [
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

/** A kill is drawn at every step of the whole run, not once per call. */
const perStep: readonly FaultKind[] = ['instance is killed', 'deployment kills all'];

export type Faults = {
  hits(kind: FaultKind): boolean;
  /** The kinds that did hit. */
  met: Set<FaultKind>;
  /** From now on nothing fails any more. */
  stop(): void;
  areOver(): boolean;
};

/** Swarm testing: each run has its own few kinds, each with its own rate, so that rare company is met too. */
export function drawnFaults(random: Random): Faults {
  const rates = new Map<FaultKind, number>();
  for (const kind of faultKinds) {
    const rate = 0.02 + random() * 0.25;
    if (random() < 0.4) rates.set(kind, perStep.includes(kind) ? rate / 15 : rate);
  }
  const met = new Set<FaultKind>();
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
