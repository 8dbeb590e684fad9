import { gunzipSync, gzipSync } from 'node:zlib';
import type { Columns } from './table.ts';

/** Table storage takes 64 KiB in a binary column and 1 MiB in a row. */
const chunkBytes = 60 * 1024;
const chunksMax = 15;

const chunkName = (index: number): string => `p${String(index).padStart(2, '0')}`;

/** A text, gzipped into as many binary columns as it needs. Throws where it does not fit into one row. */
export function packText(text: string): Columns {
  const bytes = gzipSync(text);
  const columns: Columns = {};
  for (let at = 0, index = 0; at < bytes.length; at += chunkBytes, index++) {
    if (index === chunksMax) throw new RangeError(`${String(bytes.length)} bytes do not fit into one row`);
    columns[chunkName(index)] = new Uint8Array(bytes.subarray(at, at + chunkBytes));
  }
  return columns;
}

/** The text that {@link packText} packed. */
export function unpackText(columns: Columns): string {
  const chunks: Uint8Array[] = [];
  for (let index = 0; columns[chunkName(index)] instanceof Uint8Array; index++) {
    chunks.push(columns[chunkName(index)] as Uint8Array);
  }
  return gunzipSync(Buffer.concat(chunks)).toString();
}
