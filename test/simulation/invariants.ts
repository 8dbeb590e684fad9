import { canonicalJson } from '../../shared/core/canonical-json.ts';
import { hashOf } from '../../shared/core/hash.ts';
import { tableNames, type TableName } from '../../shared/platform/resources.ts';
import type { Row } from '../../shared/platform/table.ts';
import { deliveryRow } from '../../shared/notices/delivery.ts';
import { listKey, partitionsOf } from '../../shared/requests/list-rows.ts';
import type { Head } from '../../shared/requests/request-event.ts';
import { contentRow, eventRow, headRow } from '../../shared/requests/request-rows.ts';
import { foldEvents } from '../../shared/requests/request-rules.ts';
import type { Wish } from './clients.ts';
import type { Receipt } from './portal-endpoint.ts';
import { canary, type World } from './world.ts';

function rowsOf({ memory }: World, name: TableName, prefix = ''): Row[] {
  return [...memory.of(name).partitions].flatMap(([pk, rows]) =>
    [...rows].flatMap(([rk, stored]) => (rk.startsWith(prefix) ? [{ pk, rk, ...stored }] : [])),
  );
}

export const owed = (world: World): Row[] => tableNames.flatMap((name) => rowsOf(world, name, 'O|'));

/** What storage says of every request that exists. */
export function storedRequests(world: World) {
  const contents = new Map(rowsOf(world, 'requests', 'C|').map((row) => [row.rk, row]));
  const events = Map.groupBy(
    rowsOf(world, 'requests', 'E|').map((row) => eventRow.fromRow(row)),
    (event) => event.requestId,
  );
  return rowsOf(world, 'requests', 'H|').map((row) => {
    const head = headRow.fromRow(row);
    const content = contents.get(`C|${head.id}|sent`);
    const inOrder = (events.get(head.id) ?? []).sort((a, b) => a.sequence - b.sequence);
    return { head, events: inOrder, title: content && contentRow.fromRow(content).title };
  });
}
export type Stored = ReturnType<typeof storedRequests>[number];

/** Everything that was acknowledged is there, once and whole; nothing is there that nobody asked for. */
export function wrongRequests(wishes: readonly Wish[], stored: readonly Stored[]): string[] {
  const byTitle = Map.groupBy(stored, ({ title }) => title);
  const wrong = wishes.flatMap((wish) => {
    const found = byTitle.get(wish.title) ?? [];
    const isExpected = wish.key !== undefined || wish.taken.length > 0;
    if (!wish.isDone) return [`${wish.title} was never settled`];
    if (found.length !== 1 && (isExpected || found.length > 1)) {
      return [`${wish.title} exists ${String(found.length)} times`];
    }
    return wrongAnswers(wish, found[0]?.head.id);
  });
  const asked = new Set(wishes.map((wish) => wish.title));
  wrong.push(...stored.filter(({ title = '' }) => !asked.has(title)).map(({ head }) => `nobody asked for ${head.id}`));
  return [...wrong, ...stored.flatMap(wrongHistory)];
}

function wrongAnswers({ title, key, portal, taken }: Wish, id: string | undefined): string[] {
  const texts = new Set(taken.map(({ text }) => text));
  const ids = new Set(taken.map(({ text }) => (JSON.parse(text) as { id: string }).id));
  const first = taken.filter(({ status }) => status === 201);
  const silent = taken.filter(({ status, headers }) => status === 200 && headers.get('idempotent-replayed') !== 'true');
  return [
    ...(texts.size > 1 ? [`${title} was answered in ${String(texts.size)} ways`] : []),
    ...([...ids].some((one) => one !== id) ? [`${title} was answered with another id than it has`] : []),
    ...(first.length > 1 ? [`${title} was new ${String(first.length)} times`] : []),
    ...(silent.length > 0 ? [`${title} was repeated without saying so`] : []),
    ...(key !== undefined && id !== hashOf(`portal:${portal}`, 'api', key) ? [`${title} has a foreign id`] : []),
  ];
}

function wrongHistory({ head, events, title }: Stored): string[] {
  const isWhole = events.every((event, at) => event.sequence === at + 1) && events.length === head.version;
  if (!isWhole) return [`${head.id} has version ${String(head.version)} and ${String(events.length)} events`];
  if (title === undefined) return [`${head.id} has no content`];
  if (canonicalJson(foldEvents(events)) !== canonicalJson(head)) return [`${head.id} is not what its events say`];
  return [];
}

/** Each event was told to its portal: one id, one body, signed, and taken at least once. Nothing else was told. */
export function wrongNotices(world: World, stored: readonly Stored[]): string[] {
  const { receipts } = world.portals;
  const nameOf = ({ portal, body }: Receipt): string => {
    const { data } = JSON.parse(body) as { data: { requestId: string; version: number } };
    return `${portal} ${data.requestId} ${String(data.version)}`;
  };
  const byEvent = Map.groupBy(receipts, nameOf);
  const expected = stored.flatMap(({ head, events }) =>
    events.map((event) => `${head.portalId} ${head.id} ${String(event.sequence)}`),
  );
  const wrong = expected.flatMap((name) => {
    const got = byEvent.get(name) ?? [];
    const distinct = (of: (receipt: Receipt) => string) => new Set(got.map(of)).size;
    return [
      ...(got.some(({ isAccepted }) => isAccepted) ? [] : [`${name} was not told`]),
      ...(distinct(({ id }) => id) > 1 ? [`${name} was told under several ids`] : []),
      ...(distinct(({ body }) => body) > 1 ? [`${name} was told in several bodies`] : []),
    ];
  });
  const known = new Set(expected);
  wrong.push(...[...byEvent.keys()].filter((name) => !known.has(name)).map((name) => `${name} is told and is not`));
  wrong.push(...receipts.filter(({ isSigned }) => !isSigned).map((receipt) => `${nameOf(receipt)} is not signed`));
  const eventsById = Map.groupBy(receipts, ({ portal, id }) => `${portal} ${id}`);
  for (const [id, of] of eventsById) if (new Set(of.map(nameOf)).size > 1) wrong.push(`${id} names several events`);
  const states = rowsOf(world, 'deliveries', 'D|').map((row) => deliveryRow.fromRow(row).state);
  if (states.length !== expected.length) wrong.push(`${String(states.length)} deliveries are owed or were`);
  return [...wrong, ...states.filter((state) => state !== 'delivered').map((state) => `a delivery ended ${state}`)];
}

/** The index holds each request in every list it belongs to, and none that was never on a list. */
export function wrongIndex(world: World, stored: readonly Stored[]): string[] {
  const there = indexed(world);
  const wanted = stored.flatMap(({ head }) => rowsOnLists(head));
  const once = new Set(stored.flatMap(({ events }) => events.flatMap((_, at) => rowsOnLists(headAfter(events, at)))));
  return [
    ...wanted.filter((row) => !there.has(row)).map((row) => `the index lacks ${row}`),
    ...[...there].filter((row) => !once.has(row)).map((row) => `the index has ${row} for nothing`),
  ];
}

/**
 * Rows of lists that a request has left. Readers drop them, but each costs a read for ever: few runs may leave any (a second worker
 * that died in the middle, a write that storage committed after it had given up).
 */
export function staleRows(world: World, stored: readonly Stored[]): string[] {
  const wanted = new Set(stored.flatMap(({ head }) => rowsOnLists(head)));
  return [...indexed(world)].filter((row) => !wanted.has(row));
}

const indexed = (world: World) => new Set(rowsOf(world, 'requestlists').map(({ pk, rk }) => `${pk} ${rk}`));
const rowsOnLists = (head: Head | undefined): string[] =>
  head ? partitionsOf(head).map((pk) => `${pk} ${listKey(head)}`) : [];
const headAfter = (events: Stored['events'], at: number) => foldEvents(events.slice(0, at + 1));

/** Free text and persons stand in content rows alone: not in messages, logs, webhooks, or rows of any other kind. */
export function leaks(world: World): string[] {
  const tables = ['requests', 'requestlists', 'deliveries', 'desk'] as const;
  const rows = tables.flatMap((name) => rowsOf(world, name)).filter(({ rk }) => !rk.startsWith('C|'));
  const places = {
    messages: world.sent.map((message) => JSON.stringify(message)),
    logs: world.lines,
    webhooks: world.portals.receipts.map(({ body }) => body),
    rows: rows.flatMap(({ pk, rk, columns }) => [pk, rk, ...Object.values(columns).map(String)]),
  };
  return Object.entries(places)
    .filter(([, texts]) => texts.some((text) => text.includes(canary)))
    .map(([place]) => `${place} hold what is personal`);
}

/** Nothing owed, nothing on its way, nothing buried that was still needed. */
export function leftovers(world: World): string[] {
  const rows = owed(world);
  const keys = new Set(rows.map(({ pk, rk }) => `${pk} ${rk}`));
  const buried = world.bus.dead.filter(({ message }) => {
    const { pk, rk } = message.body as { pk: string; rk: string };
    return keys.has(`${pk} ${rk}`);
  });
  return [
    ...rows.map(({ pk, rk }) => `${pk} ${rk} is still owed`),
    ...buried.map(({ message }) => `${message.id} is dead and still owed`),
    ...world.bus.all().map(({ message }) => `${message.id} is still on the bus`),
  ];
}
