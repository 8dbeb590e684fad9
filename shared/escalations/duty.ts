/** Who of the partner is reachable round the clock, and when (such as `Mon 18:00 to Tue 08:00 CET`). */
export type Duty = { name: string; window: string; phone?: string | undefined };

/** Undefined where nobody is on duty at that time (milliseconds since the epoch). */
export type ReadDuty = (nowMs: number) => Promise<Duty | undefined>;
