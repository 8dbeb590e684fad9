import {
  affectedPrefix,
  affectedRow,
  eventRow,
  incidentKey,
  incidentOf,
  incidentPartition,
  postsKey,
  postsOf,
  type IncidentEventRow,
} from '../../../shared/health/incident.ts';
import type { StoriedDesk } from './desk.ts';
import type { Snapshot, Story } from './story.ts';

/** What the desk has stored of an incident, as it stands in the table. */
type Stored = {
  rows: ReturnType<typeof rowsOf>;
  events: (IncidentEventRow & { id: string })[];
  /** Customers that were ever found affected. */
  linked: string[];
};

const rowsOf = (desk: StoriedDesk, pk: string) =>
  [...(desk.memory.of('health').partitions.get(pk) ?? [])].map(([rk, stored]) => ({ pk, rk, ...stored }));

function storedOf(desk: StoriedDesk, id: string): Stored {
  const rows = rowsOf(desk, incidentPartition(id));
  return {
    rows,
    events: rows
      .filter(({ rk }) => rk.startsWith('E|'))
      .map((row) => ({ ...eventRow.fromRow(row), id: row.rk.slice(2) })),
    linked: rows
      .filter(({ rk }) => rk.startsWith(affectedPrefix))
      .flatMap((row) => Object.keys(affectedRow.fromRow(row).customers)),
  };
}

const lastOf = (story: Story): Snapshot => story.snapshots.at(-1)!;
const review = 'postIncidentReviewPublished';

/** The transitions of an incident that was seen at these revisions, told in the plainest way. */
function expectedKinds(seen: readonly Snapshot[], isAnnounced: boolean): string[] {
  const reports = seen.findIndex(({ status }) => status === review);
  const kinds = seen.slice(0, 1).flatMap(({ revision, isResolved }) => {
    if (!isResolved) return [`${revision} opened`];
    return isAnnounced ? [`${revision} opened`, `${revision} resolved`] : [];
  });
  if (reports > 0 || (reports === 0 && isAnnounced)) kinds.push(`${seen[reports]?.revision ?? ''} review-published`);
  for (const [n, { revision, isResolved, status }] of seen.entries()) {
    const before = seen[n - 1];
    if (!before) continue;
    if (isResolved !== before.isResolved) kinds.push(`${revision} ${isResolved ? 'resolved' : 'reopened'}`);
    else if (status !== before.status && n !== reports) kinds.push(`${revision} status-changed`);
  }
  return kinds.sort();
}

/** What is wrong with the stored incident now that every customer was read well twice. */
export function wrongWith(desk: StoriedDesk, story: Story): string[] {
  const wrong: string[] = [];
  const last = lastOf(story);
  const accepted = desk.accepted.get(story.id) ?? [];
  const isInOrder = accepted.every((revision, n) => n === 0 || revision > (accepted[n - 1] ?? ''));
  const byRevision = new Map(story.snapshots.map((snapshot) => [snapshot.revision, snapshot]));
  const seen = accepted.flatMap((revision) => byRevision.get(revision) ?? []);
  if (!isInOrder || seen.length !== accepted.length || accepted.at(-1) !== last.revision) {
    wrong.push(`accepted ${accepted.join()} of ${[...byRevision.keys()].join()}`);
  }
  const { events, linked, rows } = storedOf(desk, story.id);
  const kinds = events
    .filter(({ kind }) => kind !== 'posted' && kind !== 'customers-affected')
    .map(({ kind, revision }) => `${revision} ${kind}`)
    .sort();
  const expected = expectedKinds(
    seen,
    kinds.some((kind) => kind.endsWith(' opened')),
  );
  if (kinds.join() !== expected.join()) wrong.push(`events are ${kinds.join()}, not ${expected.join()}`);
  wrong.push(...wrongCustomers(desk, story, { events, linked }));
  wrong.push(...wrongPosted(story, { accepted, events, isOver: false }));
  for (const { id } of events) {
    const wakes = rows.filter(({ rk }) => rk.startsWith('O|') && rk.endsWith(`|${id}`)).length;
    if (wakes !== 1) wrong.push(`events: ${id} is owed ${String(wakes)} times`);
  }
  return wrong;
}

/** Each customer that shows the incident is known, and told of once. */
function wrongCustomers(
  desk: StoriedDesk,
  story: Story,
  { events, linked }: Pick<Stored, 'events' | 'linked'>,
): string[] {
  const told = events.flatMap(({ customers }) => customers ?? []);
  const last = lastOf(story);
  return desk.tenants.flatMap((tenantId) => {
    const customerId = desk.customerId(tenantId);
    const shownAs = story.snapshots.filter(({ affected }) => affected.has(tenantId));
    const times = told.filter((id) => id === customerId).length;
    if (!linked.includes(customerId)) {
      const isShown = last.affected.has(tenantId) && !last.isResolved;
      return [
        ...(isShown ? [`${customerId} is not listed`] : []),
        ...(times > 0 ? [`${customerId} is in an event`] : []),
      ];
    }
    const least = shownAs.every(({ isResolved }) => !isResolved) ? 1 : 0;
    return [
      ...(shownAs.length === 0 ? [`${customerId} is listed and never showed it`] : []),
      ...(times > 1 || times < least ? [`${customerId} is in ${String(times)} events`] : []),
    ];
  });
}

type Posting = { accepted: readonly string[]; events: readonly { kind: string; revision: string }[]; isOver: boolean };

/** Between two events that tell of posts there is a post, and in the end none is left that was not told of. */
function wrongPosted(story: Story, { accepted, events, isOver }: Posting): string[] {
  const last = lastOf(story);
  const revisions = events.filter(({ kind }) => kind === 'posted').map(({ revision }) => revision);
  let from = accepted[0] ?? '';
  const hasPost = (until: string) => last.posts.some(({ at }) => at > from && at <= until);
  const wrong: string[] = [];
  for (const revision of revisions.sort()) {
    if (!hasPost(revision)) wrong.push(`posts: ${revision} tells of none since ${from}`);
    from = revision;
  }
  if (isOver && hasPost(last.revision)) wrong.push(`posts since ${from} were not told of`);
  return wrong;
}

/** What is left wrong once all is quiet. */
export async function wrongInTheEnd(desk: StoriedDesk, stories: readonly Story[]): Promise<string[]> {
  const wrong = stories.flatMap((story) => wrongStory(desk, story));
  for (const tenantId of desk.tenants) {
    const row = await desk.customers.get(desk.customerId(tenantId));
    const open = row?.openIncidentIds.map(({ id, revision }) => `${id}@${revision}`).sort();
    const expected = stories
      .filter((story) => !lastOf(story).isResolved && lastOf(story).affected.has(tenantId))
      .map((story) => `${story.id}@${lastOf(story).revision}`)
      .sort();
    if (open?.join() !== expected.join())
      wrong.push(`the row of ${tenantId} says ${String(open)}, not ${expected.join()}`);
    if (row?.coverage.trouble) wrong.push(`the row of ${tenantId} keeps a trouble`);
  }
  return wrong;
}

function wrongStory(desk: StoriedDesk, story: Story): string[] {
  const { rows, events } = storedOf(desk, story.id);
  const accepted = desk.accepted.get(story.id) ?? [];
  const wrong = wrongPosted(story, { accepted, events, isOver: true });
  const posts = rows.find(({ rk }) => rk === postsKey);
  const texts = posts ? postsOf(posts).map(({ text }) => text) : [];
  if (
    texts.join() !==
    lastOf(story)
      .posts.map(({ text }) => text)
      .join()
  )
    wrong.push(`posts are ${texts.join()}`);
  if (rows.some(({ rk }) => rk.includes('|detail|'))) wrong.push('details are still owed');
  const head = rows.find(({ rk }) => rk === incidentKey);
  const listed = rowsOf(desk, 'list|all').find(({ columns }) => columns.id === story.id);
  if (head && listed?.columns.revision !== incidentOf(head).revision) wrong.push(`the list lags behind ${story.id}`);
  const isOpen = rowsOf(desk, 'list|open').some(({ columns }) => columns.id === story.id);
  if (isOpen === lastOf(story).isResolved) wrong.push(`the list of open ones is wrong about ${story.id}`);
  return wrong;
}
