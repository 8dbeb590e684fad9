import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import { afterPrefix } from '../core/key.ts';
import type { Bus } from '../platform/bus.ts';
import { shardPlaces } from '../platform/sweep.ts';
import { wins, type Tables } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { personOp } from './contact-rows.ts';
import { createExternalRefIndex } from './external-ref-index.ts';
import { bringOntoLists } from './onto-lists.ts';
import type { Head } from './request-event.ts';
import { headKey, headRow, partitionOf } from './request-rows.ts';
import { createRequestStore } from './request-store.ts';

export type RebuildDeps = { tables: Tables<'requests' | 'requestlists'>; bus: Bus; clock: Clock; random: Random };

const shardsAtOnce = 8;
const requestsAtOnce = 8;
const pageRows = 200;

/**
 * Makes what follows from the heads of requests: lists, the index of external references, whose requests are whose. The desk may work
 * meanwhile; where a request changes, its newest version counts. Rows for what a request has left are not looked for: readers
 * drop them. Nobody is told anything. Returns how many requests there are.
 */
export async function rebuildLists(
  { tables, ...deps }: RebuildDeps,
  scope: Scope,
  onProgress: (requests: number) => void = () => undefined,
): Promise<number> {
  const requests = tables('requests');
  const store = createRequestStore({ ...deps, table: requests });
  const index = createExternalRefIndex({ ...deps, table: requests, store });
  const bring = async (head: Head): Promise<void> => {
    await bringOntoLists({ lists: tables('requestlists'), store }, head);
    await index.know(head, head.createdAt, scope);
    // Where it is there already, it also says which run of an erasure has seen it.
    await wins(requests, partitionOf(head.id), [personOp(head.contactId, head.id)]);
  };
  let count = 0;
  const shard = async (pk: string): Promise<void> => {
    const limit = pLimit(requestsAtOnce);
    const range = { pk, from: headKey(''), to: afterPrefix(headKey('')), limit: pageRows };
    let continuation: string | undefined;
    do {
      const page = await requests.query({ ...range, ...(continuation !== undefined && { continuation }) });
      await Promise.all(page.rows.map(async (row) => limit(async () => bring(headRow.fromRow(row)))));
      count += page.rows.length;
      continuation = page.continuation;
    } while (continuation !== undefined);
    onProgress(count);
  };
  const limit = pLimit(shardsAtOnce);
  await Promise.all(shardPlaces('requests').map(async ({ pk }) => limit(shard, pk)));
  return count;
}
