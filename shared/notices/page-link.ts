import { fromIso, minuteMs, toIso } from '../core/clock.ts';
import { hashOf, toBase32 } from '../core/hash.ts';
import { limits } from '../core/limits.ts';
import type { Table, TableOp } from '../platform/table.ts';
import { linkKey, linkRow, pagePartition, type Link, type PageNotice } from './page.ts';
import type { PageDeps } from './page-ports.ts';

/** 160 bits, and before them the partition of the page: with its page, a link costs one read. */
const tokenBytes = 20;
const tokenPattern = /^[a-z2-7]{33}$/;

const hashOfToken = (token: string): string => hashOf('page-link', token);

/** A new link for a person who is paged. Every try of a notice has one of its own, because only its hash is kept. */
export async function makeLink(
  { table, clock, ids }: Pick<PageDeps, 'table' | 'clock' | 'ids'>,
  { pageId, run, person }: Pick<PageNotice, 'pageId' | 'run'> & { person: string },
): Promise<string> {
  const token = pageId.charAt(0) + toBase32(ids.bytes(tokenBytes));
  const expiresAt = toIso(clock.now() + limits.acknowledgeLinkMinutes * minuteMs);
  const columns = linkRow.toColumns({ pageId, run, person, expiresAt });
  await table.transact(pagePartition(pageId), [{ kind: 'insert', rk: linkKey(hashOfToken(token)), columns }]);
  return token;
}

export type HeldLink = { link: Link; use: (at: string) => TableOp };

/** The link of a token that is good still. At most one read; wrong, expired and used are the same to whoever asks. */
export async function readLink(table: Table, token: string, nowMs: number): Promise<HeldLink | undefined> {
  if (!tokenPattern.test(token)) return undefined;
  const row = await table.get(pagePartition(token), linkKey(hashOfToken(token)));
  const link = row && linkRow.fromRow(row);
  if (row === undefined || link === undefined) return undefined;
  if (link.usedAt !== undefined || nowMs >= fromIso(link.expiresAt)) return undefined;
  return {
    link,
    use: (at) => ({
      kind: 'replace',
      rk: row.rk,
      columns: linkRow.toColumns({ ...link, usedAt: at }),
      etag: row.etag,
    }),
  };
}
