type Unfaithful = { path: (string | number)[]; message: string };

/**
 * What of a JSON value would come out of storage as something else than the sender wrote, down to `levels` of nesting: numbers
 * that JavaScript rounds or cannot hold (2^53 and beyond, 1e400), and the key `__proto__`, which is lost on the way.
 */
export function* unfaithfulIn(value: unknown, levels: number, path: (string | number)[] = []): Generator<Unfaithful> {
  if (typeof value === 'number' && !isKept(value)) {
    yield { path, message: 'is a number that cannot be kept exactly; send it as text' };
  }
  if (typeof value !== 'object' || value === null || levels < 0) return;
  for (const [name, member] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    if (name === '__proto__') yield { path: at, message: 'is a name that cannot be kept' };
    else yield* unfaithfulIn(member, levels - 1, at);
  }
}

const isKept = (number: number): boolean =>
  Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
