import { dayMs, fromIso, minuteMs, secondMs, toIso, type Clock } from '../core/clock.ts';
import { encodeKey } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import type { Table } from '../platform/table.ts';
import { capabilitiesPk } from './contract-store.ts';
import { rightsSchema, type KnownRights, type Rights, type RightsPlace, type RightsProbe } from './rights.ts';

const rightsRow = rowKind(rightsSchema);

/** How long an answer is taken for the present state, and for how long where Microsoft cannot be asked. */
const freshMs = 15 * minuteMs;
const staleMs = dayMs;
/** A person waits for the answer. */
const askMs = 3 * secondMs;

type Deps = { desk: Table; clock: Clock; probe: RightsProbe };

/**
 * Whether the desk may file in a subscription, asked anew where the last word is older than a quarter of an hour; a refusal is
 * always asked again, because somebody may just have mended it. Never takes longer than three seconds beside storage.
 */
export async function rightsIn({ desk, clock, probe }: Deps, place: RightsPlace): Promise<KnownRights> {
  const known = await readRights(desk, place);
  const ageMs = known ? clock.now() - fromIso(known.at) : Infinity;
  if (known?.state === 'granted' && ageMs < freshMs) return known;
  const said = await bounded(clock, async () => probe(place));
  if (said.kind === 'passing') return known && ageMs < staleMs ? known : { state: 'unknown', reason: said.reason };
  const rights: Rights = {
    state: said.kind,
    at: toIso(clock.now()),
    ...(said.kind === 'refused' && {
      code: said.code,
      ...(said.upstream !== undefined && { upstream: said.upstream }),
    }),
  };
  await putRights(desk, place, rights);
  return rights;
}

type Place = Pick<RightsPlace, 'connectionId' | 'subscriptionId' | 'tokenWay'>;

const rightsKey = ({ subscriptionId, tokenWay }: Place): string => `rights|${encodeKey(subscriptionId)}|${tokenWay}`;

/** What Microsoft said last, however long ago. */
export async function readRights(desk: Table, place: Place): Promise<Rights | undefined> {
  const row = await desk.get(capabilitiesPk(place.connectionId), rightsKey(place));
  return row && rightsRow.fromRow(row);
}

export async function putRights(desk: Table, place: Place, rights: Rights): Promise<void> {
  const columns = rightsRow.toColumns(rights);
  await desk.transact(capabilitiesPk(place.connectionId), [{ kind: 'upsert', rk: rightsKey(place), columns }]);
}

async function bounded(clock: Clock, ask: () => ReturnType<RightsProbe>): ReturnType<RightsProbe> {
  const answered = new AbortController();
  const silence = { kind: 'passing', reason: 'no answer in time' } as const;
  try {
    return await Promise.race([
      ask(),
      clock.sleep(askMs, answered.signal).then(
        () => silence,
        () => silence,
      ),
    ]);
  } finally {
    answered.abort();
  }
}
