import { toIso } from '../core/clock.ts';
import { AppError, type FieldError } from '../core/errors.ts';
import type { Field, FieldMap } from './field-map-schema.ts';
import { itemAt, unwrapped } from './payload.ts';
import { isTime, textOf, wordOf } from './taken-text.ts';

/** The desk's own hook body, before anybody has looked at its data. */
type Mapped = { type: string; timestamp: string; data: Record<string, unknown> };

/**
 * Makes the desk's hook body of a sender's own payload, by a map that is data. Nothing is guessed: what the map needs and the
 * payload does not have is refused with the place where it should be. A payload that fits no event is one that nobody asked for.
 * Throws AppError `invalid-body`.
 */
export function mapFields(sent: unknown, map: FieldMap, nowMs: number): Mapped {
  const payload = unwrapped(sent, map.unwrap ?? []);
  const event = map.events.find(({ when }) =>
    when.every(({ from, is }) => is.includes(wordOf(itemAt(payload, from)) ?? '')),
  );
  if (event === undefined) return { type: 'unmapped', timestamp: toIso(nowMs), data: {} };
  const errors: FieldError[] = [];
  const valueOf = reader(payload, errors);
  const values = Object.entries(event.data).map(
    ([target, field]) => [target, field && valueOf(field, target)] as const,
  );
  const timestamp = valueOf(event.timestamp, 'timestamp') ?? '';
  if (errors.length === 0 && !isTime(timestamp))
    errors.push({ path: 'timestamp', message: 'is not a time with offset' });
  if (errors.length > 0) throw new AppError('invalid-body', 'The payload does not fit the portal’s map.', { errors });
  return { type: event.type, timestamp, data: nested(values) };
}

const customerNames = ['customer.externalRef.id', 'customer.domain'];

/** Whether this is what a map says where the payload names no customer: the name of nobody, and of many. */
export const isStandIn = ({ events }: FieldMap, customer: unknown): boolean =>
  events.some(({ data }) =>
    Object.entries(data).some(([target, field]) => {
      if (!customerNames.includes(target) || field === undefined || !('default' in field)) return false;
      return field.default !== undefined && field.default === itemAt({ customer }, target.split('.'));
    }),
  );

/** Reads the text for one target, nothing where it is left out; what is wrong goes to `errors`. */
function reader(payload: unknown, errors: FieldError[]) {
  return function valueOf(field: Field, target: string): string | undefined {
    if ('value' in field) return field.value;
    if ('join' in field) return field.join.map((part) => valueOf(part, target) ?? '').join('');
    const taken = textOf(itemAt(payload, field.from), field);
    if (taken.ok) return taken.text;
    errors.push({ path: target, message: `${field.from.join('.')} of the payload ${taken.fault}` });
    return undefined;
  };
}

/** `a.0.b` becomes `{ a: [{ b }] }`. The names come from the schema's closed list, never from a payload. */
function nested(values: readonly (readonly [string, string | undefined])[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [target, value] of values) {
    if (value === undefined) continue;
    const names = target.split('.');
    const last = names.pop() ?? '';
    let place: Record<string, unknown> = root;
    for (const name of names) place = (place[name] ??= {}) as Record<string, unknown>;
    place[last] = value;
  }
  const { externalRefs } = root;
  return externalRefs === undefined ? root : { ...root, externalRefs: Object.values(externalRefs as object) };
}
