import rhea, { type Typed } from 'rhea';

/** An AMQP value that remembers its type: the stored form of everything that is sent on as it came. */
export type AmqpValue = Typed;

type Codec = {
  Reader: new (bytes: Buffer) => { read(): Typed; remaining(): number; position: number };
  Writer: new () => { write(value: Typed): void; toBuffer(): Buffer };
  described(descriptor: Typed, value: Typed): Typed;
  unwrap(value: Typed): unknown;
  is_map(value: Typed): boolean;
  is_list(value: Typed): boolean;
  wrap_array(items: readonly unknown[], typeCode: number): Typed;
  wrap_binary(bytes: Buffer): Typed;
  wrap_boolean(value: boolean): Typed;
  wrap_int(value: number): Typed;
  wrap_list(items: readonly unknown[]): Typed;
  wrap_long(value: number): Typed;
  wrap_map(entries: Record<string, unknown>): Typed;
  wrap_string(value: string): Typed;
  wrap_symbol(value: string): Typed;
  wrap_symbolic_map(entries: Record<string, unknown>): Typed;
  wrap_timestamp(ms: number): Typed;
  wrap_uint(value: number): Typed;
  wrap_ulong(value: number): Typed;
  wrap_uuid(bytes: Buffer): Typed;
};

// The library's own typings leave out its reader and writer, and the third argument of wrap_array is optional in truth.
export const codec = rhea.types as unknown as Codec;

/** Type codes of AMQP 1.0, part 1.6, for arrays. */
export const arrayOf = { long: 0x81, timestamp: 0x83, uuid: 0x98 } as const;

/** The plain JavaScript value; a timestamp becomes a Date, a uuid a Buffer of 16 bytes. */
export function plain(value: AmqpValue | undefined): unknown {
  return value === undefined ? undefined : codec.unwrap(value);
}

export function asText(value: AmqpValue | undefined): string | undefined {
  const text = plain(value);
  return typeof text === 'string' ? text : undefined;
}

/** Numbers and timestamps as a number; the library leaves a long beyond 2^53 as its 8 bytes. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value instanceof Date) return value.getTime();
  return Buffer.isBuffer(value) && value.length === 8 ? Number(value.readBigInt64BE()) : undefined;
}

/** The fields of a list, by position; none for anything else. */
export function fieldsOf(value: AmqpValue | undefined): readonly (AmqpValue | undefined)[] {
  if (value === undefined || !codec.is_list(value)) return [];
  return (value.value as AmqpValue[] | null) ?? [];
}

/** The entries of a map with textual keys, types kept; none for anything else. */
export function entriesOf(value: AmqpValue | undefined): Map<string, AmqpValue> {
  const entries = new Map<string, AmqpValue>();
  if (value === undefined || !codec.is_map(value)) return entries;
  const flat = value.value as AmqpValue[];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const [key, entry] = [flat[index], flat[index + 1]];
    if (key && entry) entries.set(String(key.value), writable(entry));
  }
  return entries;
}

/** The library reads the items of an array as typed values but writes only bare ones. */
function writable(value: AmqpValue): AmqpValue {
  if (!value.array_constructor) return value;
  const items = (value.value as AmqpValue[]).map((item) => item.value as unknown);
  return codec.wrap_array(items, value.array_constructor.typecode);
}

export type Section = { code: number; value: AmqpValue; bytes: Buffer };

/** The sections of one encoded message. Throws on malformed bytes. */
export function readSections(bytes: Buffer): Section[] {
  const reader = new codec.Reader(bytes);
  const sections: Section[] = [];
  while (reader.remaining() > 0) {
    const start = reader.position;
    const value = reader.read();
    // The library reads past the end of cut bytes without a word.
    if (reader.remaining() < 0) throw new RangeError('The last section is cut short.');
    const code = Number((value.descriptor as AmqpValue | undefined)?.value);
    sections.push({ code, value, bytes: bytes.subarray(start, reader.position) });
  }
  return sections;
}

export function writeSection(code: number, value: AmqpValue): Buffer {
  const writer = new codec.Writer();
  writer.write(codec.described(codec.wrap_ulong(code), value));
  return writer.toBuffer();
}
