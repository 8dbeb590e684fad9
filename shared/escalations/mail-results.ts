/** One result of an `Authentication-Results` field: `dkim=pass (…) header.d=example.com`. Everything in lower case. */
export type AuthenticationResult = { method: string; result: string; properties: Readonly<Record<string, string>> };

/** `server` is absent in the fields that Exchange Online writes (Microsoft docs: "Anti-spam message headers"). */
export type AuthenticationResults = { server?: string; results: AuthenticationResult[] };

const resultPattern = /^([a-z0-9-]+)(?:\s*\/\s*\d+)?\s*=\s*([a-z]+)(?=\s|$)(.*)$/;
const propertyPattern = /([a-z]+)\.([a-z-]+)\s*=\s*(\S+)/g;

/** RFC 8601 §2.2, as far as it is needed; undefined for a field that does not fit. */
export function parseResults(value: string): AuthenticationResults | undefined {
  const segments = segmentsOf(value)?.map((segment) => segment.trim().toLowerCase()) ?? [''];
  const [first = ''] = segments;
  if (resultPattern.test(first)) return withResults({}, segments);
  const server = /^([a-z0-9.-]+)(?:\s+\d+)?$/.exec(first)?.[1];
  return server === undefined ? undefined : withResults({ server }, segments.slice(1));
}

function withResults(of: { server?: string }, segments: readonly string[]): AuthenticationResults | undefined {
  const said = segments.filter((segment) => segment !== '' && segment !== 'none');
  const results = said.map(resultOf).filter((result) => result !== undefined);
  return results.length === said.length ? { ...of, results } : undefined;
}

function resultOf(segment: string): AuthenticationResult | undefined {
  const [, method, result = '', rest = ''] = resultPattern.exec(segment) ?? [];
  if (method === undefined) return undefined;
  const given = [...rest.matchAll(propertyPattern)].map(([, type = '', name = '', property = '']) => ({
    name: `${type}.${name}`,
    property,
  }));
  const properties = Object.fromEntries(given.map(({ name, property }) => [name, property]));
  return Object.keys(properties).length === given.length ? { method, result, properties } : undefined;
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
