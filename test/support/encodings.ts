const base64Alphabets = ['base64', 'base64url'] as const;

/** The part of a text's base64 that does not depend on what stands before and after it, for each place in a group of three. */
function* inBase64(text: string): Generator<string> {
  const bytes = Buffer.from(text);
  for (const alphabet of base64Alphabets) {
    for (const before of [0, 1, 2]) {
      const whole = Buffer.concat([Buffer.alloc(before), bytes])
        .toString(alphabet)
        .replaceAll('=', '');
      const bits = (before + bytes.length) * 8;
      yield whole.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6));
    }
  }
}

const percent = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const escaped = (text: string) =>
  text.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Ways in which a text may stand in storage, by name. */
export const encodings: Record<string, (text: string) => Buffer[]> = {
  plain: (text) => [Buffer.from(text)],
  json: (text) => [Buffer.from(JSON.stringify(text).slice(1, -1))],
  'json escapes': (text) =>
    [escaped(text), escaped(text).replace(/[a-f]/g, (digit) => digit.toUpperCase())].map((one) => Buffer.from(one)),
  base64: (text) => [...inBase64(text)].map((one) => Buffer.from(one)),
  hex: (text) => {
    const hex = Buffer.from(text).toString('hex');
    return [Buffer.from(hex), Buffer.from(hex.toUpperCase())];
  },
  url: (text) => [encodeURIComponent(text), percent(text), percent(text).toUpperCase()].map((one) => Buffer.from(one)),
  form: (text) => [Buffer.from(new URLSearchParams({ a: text }).toString().slice(2))],
  'utf-16': (text) => {
    const little = Buffer.from(text, 'utf16le');
    return [little, Buffer.from(little).swap16()];
  },
};

/** Which of the texts stand somewhere in `hay`, and how: empty where none does. */
export const foundIn = (hay: Buffer, texts: readonly string[]): string[] =>
  texts.flatMap((text) =>
    Object.entries(encodings)
      .filter(([, encode]) => encode(text).some((needle) => hay.includes(needle)))
      .map(([name]) => `${text} (${name})`),
  );
