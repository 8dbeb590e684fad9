import type { Random } from '../../../shared/core/ids.ts';
import type { Post } from '../../../shared/health/service-health.ts';

/** Microsoft's own view of an incident between two moments. */
export type Snapshot = {
  /** From when on a replica that does not lag shows it. */
  at: number;
  revision: string;
  status: string;
  isResolved: boolean;
  posts: Post[];
  affected: ReadonlySet<string>;
};

export type Story = { id: string; service: string; startedAt: string; snapshots: Snapshot[] };

const openStatuses = ['investigating', 'serviceDegradation', 'restoringService', 'extendedRecovery'];
const overStatuses = ['serviceRestored', 'falsePositive', 'postIncidentReviewPublished'];
/** One for each story: with two open issues of one service, only the daily whole read tells which of them a customer has left. */
export const services = ['Exchange', 'microsoftteams', 'SharePoint'];

const isoOf = (at: number): string => new Date(at).toISOString();

export const oneOf = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)]!;

const someOf = (random: Random, items: readonly string[]): Set<string> => {
  const some = items.filter(() => random() < 0.5);
  return new Set(some.length > 0 ? some : [oneOf(random, items)]);
};

/** Something happens at Microsoft: an incident begins, or one that is there moves on. */
export function happen(
  stories: Story[],
  random: Random,
  { now, tenants }: { now: number; tenants: readonly string[] },
) {
  const at = now + 1 + Math.floor(random() * 1_000);
  if (stories.length === 0 || (stories.length < services.length && random() < 0.35)) {
    const service = services[stories.length]!;
    stories.push(newStory(random, { at, tenants, service, id: `EX${String(stories.length + 1)}` }));
    return;
  }
  const story = oneOf(random, stories);
  const last = story.snapshots.at(-1)!;
  if (last.at >= at) return;
  story.snapshots.push(nextSnapshot(random, { last, at, tenants }));
}

type Beginning = { at: number; tenants: readonly string[]; service: string; id: string };

function newStory(random: Random, { at, tenants, service, id }: Beginning): Story {
  const isResolved = random() < 0.1;
  const revision = isoOf(at);
  const posts = random() < 0.7 ? [{ at: revision, kind: 'regular', text: `${id} began` }] : [];
  const status = oneOf(random, isResolved ? overStatuses : openStatuses);
  const first = { at, revision, status, isResolved, posts, affected: someOf(random, tenants) };
  return { id, service, startedAt: revision, snapshots: [first] };
}

type Moving = { last: Snapshot; at: number; tenants: readonly string[] };

/** Status, posts and customers change alone or together; customers may change without a new revision while it is open. */
function nextSnapshot(random: Random, { last, at, tenants }: Moving): Snapshot {
  const affected = random() < 0.3 ? someOf(random, tenants) : last.affected;
  if (affected !== last.affected && !last.isResolved && random() < 0.4) return { ...last, at, affected };
  const isResolved = random() < 0.35 ? !last.isResolved : last.isResolved;
  const isMoved = isResolved !== last.isResolved || random() < 0.4;
  const status = isMoved ? oneOf(random, isResolved ? overStatuses : openStatuses) : last.status;
  const revision = isoOf(at);
  const post = { at: revision, kind: 'regular', text: `posted ${revision}` };
  return { at, revision, status, isResolved, affected, posts: random() < 0.5 ? [...last.posts, post] : last.posts };
}

/** What a replica shows that is as old as this. */
export const snapshotAt = (story: Story, at: number): Snapshot | undefined =>
  story.snapshots.findLast((snapshot) => snapshot.at <= at);
