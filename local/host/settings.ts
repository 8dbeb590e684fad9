/** Looks an app setting up; undefined where there is none. */
export type Lookup = (name: string) => string | undefined;

/**
 * Replaces each `%NAME%` by that setting, as the platform does in trigger attributes. Throws where a setting is
 * missing.
 */
export function resolveSettings(text: string, lookup: Lookup): string {
  return text.replace(/%([^%]+)%/g, (_whole, name: string) => {
    const value = lookup(name);
    if (value === undefined) throw new Error(`'%${name}%' does not resolve to a value.`);
    return value;
  });
}

/**
 * The connection string that a trigger's `connection` names; without a name the extension's default (Microsoft docs:
 * Service Bus trigger, `AzureWebJobsServiceBus`).
 */
export function connectionString(connection: unknown, lookup: Lookup): string {
  const name = typeof connection === 'string' && connection !== '' ? resolveSettings(connection, lookup) : 'ServiceBus';
  const value = lookup(`AzureWebJobs${name}`) ?? lookup(name);
  if (value) return value;
  if (lookup(`${name}__fullyQualifiedNamespace`)) {
    throw new Error(`Connection '${name}' is identity-based; the local host needs a connection string in '${name}'.`);
  }
  throw new Error(`Service Bus connection string '${name}' is missing or empty.`);
}

/**
 * Microsoft docs, "Disable functions": the setting `AzureWebJobs.{name}.Disabled` keeps a function from being
 * triggered.
 */
export function isDisabled(functionName: string, lookup: Lookup): boolean {
  return ['true', '1'].includes(lookup(`AzureWebJobs.${functionName}.Disabled`)?.toLowerCase() ?? '');
}
