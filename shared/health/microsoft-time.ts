/** ISO in UTC. Microsoft's times come with 0 to 7 digits of a second, and some without a zone: those are UTC. */
export function toTime(text: string | null | undefined): string | undefined {
  if (!text) return undefined;
  const at = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

const ticksAtEpoch = 621_355_968_000_000_000;
const ticksPerMs = 10_000;

/**
 * The same for Azure, whose Resource Graph gives some times as .NET ticks (100 ns since the year 1), in numbers or digits, and
 * "none" as 0, 1 or the year 1.
 */
export function toAzureTime(value: string | number | null | undefined): string | undefined {
  const ticks = typeof value === 'number' || /^\d+$/.test(value ?? '') ? Number(value) : undefined;
  const at = ticks === undefined ? Date.parse(toTime(value as string) ?? '') : (ticks - ticksAtEpoch) / ticksPerMs;
  const date = new Date(at);
  return at > 0 && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}
