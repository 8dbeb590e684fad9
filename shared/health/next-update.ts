const nextUpdate =
  /next update (?:by|expected by):?\s*(?:[a-z]+,\s*)?([a-z]+ \d{1,2}, \d{4}),?\s*(?:at\s*)?(\d{1,2}:\d{2}\s*[ap]m) utc/i;

/** When Microsoft says in a post that it will write again: ISO, or undefined where it does not say. */
export function nextUpdateBy(text: string): string | undefined {
  const found = nextUpdate.exec(text);
  if (!found) return undefined;
  const at = Date.parse(`${found[1] ?? ''} ${found[2] ?? ''} UTC`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
