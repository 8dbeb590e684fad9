/** What is left out, or undefined, stays; null takes away. Source: RFC 7396, JSON Merge Patch, of one level. */
export type MergePatch<T extends object> = { [Name in keyof T]?: T[Name] | null | undefined };

export function mergePatch<T extends object>(before: T, patch: MergePatch<T>): T {
  const next = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(next, name);
    else if (value !== undefined) Object.assign(next, { [name]: value });
  }
  return next;
}

type Without<T, Name extends PropertyKey> = T extends unknown ? Omit<T, Name> : never;

/** A copy without one of its members. */
export function without<T extends object, Name extends keyof T>(value: T, name: Name): Without<T, Name> {
  const copy = { ...value };
  Reflect.deleteProperty(copy, name);
  return copy as unknown as Without<T, Name>;
}
