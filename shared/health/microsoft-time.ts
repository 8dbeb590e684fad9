/** ISO in UTC. Microsoft's times come with 0 to 7 digits of a second, and some without a zone: those are UTC. */
export function toTime(text: string | null | undefined): string | undefined {
  if (!text) return undefined;
  const at = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
