/** One result of an `Authentication-Results` field: `dkim=pass (…) header.d=example.com`. Everything in lower case. */
export type AuthenticationResult = { method: string; result: string; properties: Readonly<Record<string, string>> };

/** `server` is absent in the fields that Exchange Online writes (Microsoft docs: "Anti-spam message headers"). */
export type AuthenticationResults = { server?: string; results: AuthenticationResult[] };

const resultPattern = /^([a-z0-9-]+)(?:\s*\/\s*\d+)?\s*=\s*([a-z]+)(?=\s|$)(.*)$/;
const propertyPattern = /([a-z]+)\.([a-z-]+)\s*=\s*(\S+)/g;

/** RFC 8601 §2.2, as far as it is needed; undefined for a field that does not fit. */
export function parseResults(value: string): AuthenticationResults | undefined {
  const segments = segmentsOf(value)?.map((segment) => segment.trim().toLowerCase());
  if (segments === undefined) return undefined;
  const [first = '', ...others] = segments;
  const hasServer = !resultPattern.test(first);
  const server = /^([a-z0-9.-]+)(?:\s+\d+)?$/.exec(first)?.[1];
  if (hasServer && server === undefined) return undefined;
  const results: AuthenticationResult[] = [];
  for (const segment of hasServer ? others : segments) {
    if (segment === '' || segment === 'none') continue;
    const [, method = '', result = '', rest = ''] = resultPattern.exec(segment) ?? [];
    if (method === '') return undefined;
    const properties: Record<string, string> = {};
    for (const [, type = '', name = '', property = ''] of rest.matchAll(propertyPattern)) {
      if (Object.hasOwn(properties, `${type}.${name}`)) return undefined;
      properties[`${type}.${name}`] = property;
    }
    results.push({ method, result, properties });
  }
  return { ...(hasServer && server !== undefined && { server }), results };
}

/** Parts between semicolons, without comments. A quoted text is nothing that Exchange writes: undefined, rather than guessed. */
function segmentsOf(value: string): string[] | undefined {
  const segments = [''];
  let depth = 0;
  for (let at = 0; at < value.length; at++) {
    const char = value.charAt(at);
    if (depth > 0 && char === '\\') at++;
    else if (char === '(') depth++;
    else if (char === ')') {
      if (depth === 0) return undefined;
      depth--;
    } else if (depth > 0) continue;
    else if (char === '"') return undefined;
    else if (char === ';') segments.push('');
    else segments.push((segments.pop() ?? '') + char);
  }
  return depth > 0 ? undefined : segments;
}
