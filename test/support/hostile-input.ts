import fc from 'fast-check';

/** Texts that break parsers, keys, dates, prototypes and patience. */
const hostileTexts = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  'a\udfff',
  '\u202e\u0007\u007f\u0085',
  '👩‍👩‍👧',
  'あ'.repeat(128),
  'x'.repeat(40_000),
  '__proto__',
  'constructor',
  "' or RowKey ge '",
  'a|b/c\\d#e?f%00',
  '../../etc/passwd',
  '-1',
  '1e309',
  '0000-00-00T00:00:00Z',
  '-271821-04-20T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '2026-11-02T09:00:00.000Z',
];

const hostileText = fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary', maxLength: 40 }));

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** JSON texts of values that a schema does not expect. */
const hostileJson = fc.oneof(
  { weight: 4, arbitrary: hostileText.map((text) => JSON.stringify(text)) },
  fc.constantFrom('null', 'true', '0', '-1', '1e400', '123456789012345678901234567890', '[]', '{}', '[[]]', '{"":""}'),
  fc.constantFrom('{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'),
  fc.constantFrom(deep(25), deep(3_000), `{"a":${deep(50_000)}}`),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);

type Place = (string | number)[];

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, member]) => placesIn(member, [...at, name]))];
}

const mark = '\u2603 put something here';

/** The good body as text, with the value at one place replaced by some other JSON, which may be more than a value can hold. */
function withAt(good: unknown, place: Place, json: string): string {
  const put = (value: unknown, [first, ...rest]: Place): unknown => {
    if (first === undefined) return mark;
    if (Array.isArray(value))
      return value.map((member: unknown, at) => (String(at) === first ? put(member, rest) : member));
    const known = value as Record<string, unknown>;
    return { ...known, [first]: put(known[first], rest) };
  };
  return JSON.stringify(put(good, place)).replace(JSON.stringify(mark), () => json);
}

/** Bodies as texts: good, bent at one place, with a member too many, cut off, huge, or nothing like the good one. */
export function hostileBodies(good: unknown): fc.Arbitrary<string> {
  const text = JSON.stringify(good);
  const isObject = typeof good === 'object' && good !== null;
  const member = (name: string, json: string) => {
    const separator = text === '{}' ? '' : ',';
    return `${text.slice(0, -1)}${separator}${JSON.stringify(name)}:${json}}`;
  };
  const bent = fc
    .tuple(fc.constantFrom(...placesIn(good)), hostileJson)
    .map(([place, json]) => withAt(good, place, json));
  return fc.oneof(
    fc.constant(text),
    { weight: 6, arbitrary: bent },
    fc.tuple(hostileText, hostileJson).map(([name, json]) => (isObject ? member(name, json) : json)),
    fc.nat(text.length).map((length) => text.slice(0, length)),
    hostileJson,
    hostileText,
    fc.constantFrom(`"${'x'.repeat(262_143)}"`, `[${'0,'.repeat(131_000)}0]`, deep(131_072)),
  );
}

const headerText = fc
  .array(fc.oneof(fc.integer({ min: 0x21, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xff })), { maxLength: 300 })
  .map((codes) => String.fromCharCode(...codes));

/** Headers that the desk looks at, with what HTTP allows in them. */
export const hostileHeaders: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom('idempotency-key', 'if-match', 'if-none-match', 'content-type', 'x-correlation-id', 'accept'),
  fc.oneof(headerText, fc.constantFrom('"1"', '*', 'W/"1"', 'application/json', 'text/plain', 'key-1')),
  { maxKeys: 3 },
);

/** Values of a parameter or a query member: some that are known, some hostile, in a form that a URL can carry. */
export const hostileValues = (known: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    ...(known.length === 0 ? [] : [{ weight: 3, arbitrary: fc.constantFrom(...known) }]),
    hostileText.map((text) => text.slice(0, 2_000).toWellFormed()),
  );

/** Cursors that are well made and point somewhere else. */
export const bentCursors = (cursor: string): fc.Arbitrary<string> => {
  const { q } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { q: string };
  return hostileText.map((at) => Buffer.from(JSON.stringify({ q, at })).toString('base64url'));
};
