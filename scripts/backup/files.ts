import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import * as z from 'zod';
import { tableNames } from '../../shared/platform/resources.ts';
import type { RowName, ScannedRow, Typed } from './scan.ts';

/** Personal data: nobody but whoever made it reads it. */
const ownerOnly = 0o600;

const typedSchema = z.union([
  z.string(),
  z.boolean(),
  z.number(),
  z.tuple([z.enum(['Binary', 'DateTime', 'Double', 'Guid', 'Int64']), z.string()]),
]);
/** A row, or (null) that there is none of that name after all. */
const lineSchema = z.tuple([z.string(), z.string(), z.record(z.string(), typedSchema).nullable()]);

const fileSchema = z.strictObject({
  file: z.string(),
  table: z.enum(tableNames),
  lines: z.int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the rows of this file, those that were otherwise at the moment that counts. */
  corrects: z.string().optional(),
});
export type ExportedFile = z.output<typeof fileSchema>;

/** Version 1: lines of JSON `[partition, row, columns]`, gzipped. */
const manifestSchema = z.strictObject({
  format: z.literal('csp-support-desk/backup'),
  version: z.literal(1),
  id: z.string(),
  /** By the clock of whoever made it. What was accepted before is in it; of what came while it ran some is. */
  beganAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  rows: z.record(z.string(), z.int()),
  files: z.array(fileSchema),
  /** Names of vault secrets that the rows lead to: they are no part of it. */
  secrets: z.array(z.string()),
});
export type Manifest = z.output<typeof manifestSchema>;

const manifestName = 'manifest.json';

/** JSON in which nothing ends a line: U+2028 and U+2029 are plain characters to JSON, and ends of lines to whoever reads lines. */
const oneLine = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);

/** Writes lines to a new file, one after the other; `close` says how many there were and what their hash is. */
function openLines(path: string) {
  const gzip = createGzip({ level: 6 });
  const file = createWriteStream(path, { mode: ownerOnly, flags: 'wx' });
  const hash = createHash('sha256');
  gzip.on('data', (data: Buffer) => hash.update(data));
  const written = pipeline(gzip, file);
  written.catch(() => undefined);
  let lines = 0;
  return {
    write: async ({ pk, rk }: RowName, columns: Record<string, Typed> | null): Promise<void> => {
      lines++;
      if (!gzip.write(`${oneLine([pk, rk, columns])}\n`)) await Promise.race([once(gzip, 'drain'), written]);
    },
    close: async () => {
      gzip.end();
      await written;
      return { file: basename(path), lines, sha256: hash.digest('hex') };
    },
  };
}

export type Line = RowName & { columns: Record<string, Typed> | null };

/** The lines of a file, as they come. */
async function* readLines(path: string): AsyncGenerator<Line> {
  const source = createReadStream(path);
  const text = source.pipe(createGunzip());
  source.on('error', (error) => text.destroy(error));
  for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
    const [pk, rk, columns] = lineSchema.parse(JSON.parse(line));
    yield { pk, rk, columns };
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const data of createReadStream(path)) hash.update(data as Buffer);
  return hash.digest('hex');
}

/** Where a backup is kept: files of lines, and last of all the manifest, without which it is none. */
export type Shelf = {
  open(file: string): ReturnType<typeof openLines>;
  lines(file: string): AsyncIterable<Line>;
  finish(manifest: Manifest): Promise<void>;
  /** The manifest, once every file is there and has its hash. Throws, and names what is not so, before anything is done with it. */
  verified(): Promise<Manifest>;
};

export function folderShelf(folder: string): Shelf {
  const at = (file: string) => join(folder, basename(file));
  return {
    open: (file) => openLines(at(file)),
    lines: (file) => readLines(at(file)),
    finish: async (manifest) =>
      writeFile(at(manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: ownerOnly, flag: 'wx' }),
    verified: async () => {
      const manifest = manifestSchema.parse(JSON.parse(await readFile(at(manifestName), 'utf8')));
      const wrong: string[] = [];
      for (const { file, sha256 } of manifest.files) {
        const found = await sha256Of(at(file)).catch(() => 'missing');
        if (found !== sha256) wrong.push(`${file}: ${found === 'missing' ? 'missing' : 'another SHA-256'}`);
      }
      if (wrong.length > 0) throw new Error(`The backup in ${folder} is not whole. ${wrong.join('; ')}`);
      return manifest;
    },
  };
}

/** The rows of a file as they were at the moment that counts. Corrections are few, and held in memory. */
export async function* rowsOf(
  shelf: Pick<Shelf, 'lines'>,
  { file }: ExportedFile,
  corrections?: ExportedFile,
): AsyncGenerator<ScannedRow> {
  const corrected = new Map<string, Line>();
  const nameOf = ({ pk, rk }: RowName) => `${pk}\n${rk}`;
  if (corrections) for await (const line of shelf.lines(corrections.file)) corrected.set(nameOf(line), line);
  for await (const line of shelf.lines(file)) {
    const { pk, rk, columns } = corrected.get(nameOf(line)) ?? line;
    corrected.delete(nameOf(line));
    if (columns) yield { pk, rk, etag: '', columns };
  }
  for (const { pk, rk, columns } of corrected.values()) if (columns) yield { pk, rk, etag: '', columns };
}
