import { AppError } from '../core/errors.ts';
import type { Path } from './field-map-schema.ts';

/** What stands at a place, own members only: `constructor` and `__proto__` of a payload are members or nothing. */
export function itemAt(payload: unknown, path: Path): unknown {
  let item = payload;
  for (const step of path) {
    const fits = typeof step === 'number' ? Array.isArray(item) : isRecord(item);
    if (!fits || !Object.hasOwn(item as object, step)) return undefined;
    item = (item as Record<string | number, unknown>)[step];
  }
  return item;
}

const isRecord = (item: unknown): boolean => typeof item === 'object' && item !== null && !Array.isArray(item);

/**
 * The payload with the JSON that texts at these places hold in the texts' stead; the payload itself is left as it is. A place
 * that is not there, or is no text, is left too. Throws AppError `invalid-body` where a text is not JSON.
 */
export const unwrapped = (payload: unknown, places: readonly Path[]): unknown =>
  places.reduce((held, place) => {
    const text = itemAt(held, place);
    return typeof text === 'string' ? replaced(held, place, parsed(text, place)) : held;
  }, payload);

function parsed(text: string, place: Path): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const errors = [{ path: place.join('.'), message: 'is not JSON in a text' }];
    throw new AppError('invalid-body', 'The payload does not fit the portal’s map.', { errors, cause });
  }
}

function replaced(item: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  const copy = Array.isArray(item) ? [...(item as unknown[])] : { ...(item as object) };
  const inner = (item as Record<string | number, unknown>)[step];
  // Defined, not assigned: assigning `__proto__` would set the prototype.
  return Object.defineProperty(copy, step, {
    value: replaced(inner, rest, value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
