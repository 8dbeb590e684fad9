/**
 * Moves the process' `Date` by the world's offset: `Date.now()`, `new Date()` and `Date()`. Dates made from a value
 * stay what they are. Only the child process does this, before the bundle loads, so that every library of the app
 * lives in the world's time.
 */
export function shiftDate(offsetMs: () => number, realm: { Date: DateConstructor } = globalThis): void {
  const real = realm.Date;
  const now = () => real.now() + offsetMs();
  // A proxy rather than a subclass: `instanceof Date` then also holds for dates that Node made before or by itself.
  const shifted = new Proxy(real, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: (target) => new target(now()).toString(),
    get: (target, property, receiver) =>
      property === 'now' ? now : (Reflect.get(target, property, receiver) as unknown),
  });
  realm.Date = shifted;
  Object.defineProperty(real.prototype, 'constructor', { value: shifted });
}
