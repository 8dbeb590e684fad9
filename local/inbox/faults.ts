import * as z from 'zod';

const faultSchema = z.strictObject({
  /** A path, in which `*` stands for any characters. */
  match: z.string().min(1),
  status: z.int().min(200).max(599),
  /** Seconds, for the `Retry-After` header. */
  retryAfter: z.int().nonnegative().optional(),
  delayMs: z.int().nonnegative().optional(),
  /** How many requests it meets. */
  times: z.int().positive(),
});

export type Fault = z.infer<typeof faultSchema>;

/** A fault, or one wrapped as Microsoft's control endpoint takes it. */
export const sentFaultSchema = z.union([
  faultSchema,
  z.strictObject({ fault: faultSchema }).transform(({ fault }) => fault),
]);

/** The faults that wait for requests; the oldest that matches comes first. */
export type Faults = { add(fault: Fault): void; take(path: string): Fault | undefined };

export function createFaults(): Faults {
  let waiting: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => {
      waiting.push({ fault, left: fault.times });
    },
    take: (path) => {
      const met = waiting.find(({ fault }) => matches(fault.match, path));
      if (!met) return undefined;
      met.left--;
      waiting = waiting.filter(({ left }) => left > 0);
      return met.fault;
    },
  };
}

function matches(pattern: string, path: string): boolean {
  const source = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(path);
}
