type Json = Record<string, unknown> | unknown[];
export type OddAnswer = { name: string; body: string; isHopeless: boolean };

const isNode = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Every member of an answer, down to the fourth level and of lists the first item: as a path of keys. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (!isNode(value) || path.length === 4) return [];
  const members = Array.isArray(value) ? Object.entries(value).slice(0, 1) : Object.entries(value);
  return members.flatMap(([key, member]) => [[...path, key], ...pathsOf(member, [...path, key])]);
}

function changed(text: string, path: string[], change: (holder: Record<string, unknown>, key: string) => void): string {
  const copy = JSON.parse(text) as Record<string, unknown>;
  let holder = copy;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  change(holder, path.at(-1) ?? '');
  return JSON.stringify(copy);
}

const odd: Record<string, unknown> = {
  null: null,
  'a number': 7,
  'an unknown word': 'brand_New',
  'a list': [],
  'an object': {},
};

/** An answer of Microsoft, bent in every way that a partner may meet. `isHopeless`: nothing can be read out of it. */
export function oddAnswers(text: string): OddAnswer[] {
  const one = (name: string, body: string, isHopeless = false): OddAnswer => ({ name, body, isHopeless });
  const away = {
    uri: 'https://elsewhere.example/v1/customers',
    headers: [{ key: 'MS-ContinuationToken', value: 'x' }],
  };
  const withLink = (next: unknown) => changed(text, ['links'], (holder) => (holder.links = { next }));
  return [
    one('as it stands', text),
    one('with a byte order mark', `\uFEFF${text}`),
    one(
      'with more fields',
      changed(text, ['x'], (holder) => (holder.brandNew = { deep: [1] })),
    ),
    one('with a next link to another host', withLink(away)),
    one('with a next link and no token', withLink({ uri: '/v1/customers' })),
    ...[0.01, 0.3, 0.6, 0.99].map((part) =>
      one(`cut after ${String(part)}`, text.slice(0, Math.floor(text.length * part)), true),
    ),
    one(
      'of 10 MB',
      changed(text, ['x'], (holder) => (holder.padding = 'x'.repeat(10 * 1024 * 1024))),
      true,
    ),
    ...['', 'null', '[]', '"text"', '<html>Sign in</html>'].map((body) => one(`instead: ${body}`, body, true)),
    ...pathsOf(JSON.parse(text)).flatMap((path) => [
      one(
        `without ${path.join('.')}`,
        changed(text, path, (holder, key) => Reflect.deleteProperty(holder, key)),
      ),
      ...Object.entries(odd).map(([name, value]) =>
        one(
          `${path.join('.')} is ${name}`,
          changed(text, path, (holder, key) => (holder[key] = value)),
        ),
      ),
    ]),
  ];
}
