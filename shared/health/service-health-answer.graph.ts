import * as z from 'zod';
import { toTime } from './microsoft-time.ts';
import { plainText } from '../core/plain-text.ts';
import type { Issue, IssueDetails, Post } from './service-health.ts';
import { canonicalStatus, isResolvedStatus } from './severity.ts';

/** What rows take, with room to spare. Microsoft's texts are shorter; one that is not must not stop a shard. */
const titleCharacters = 500;
const textCharacters = 10_000;
const postCharacters = 30_000;
const wordCharacters = 100;
const postsMax = 200;
const allPostsCharacters = 500_000;

/** Microsoft docs: serviceHealth, serviceHealthIssue, serviceHealthIssuePost (v1.0). Enum values are compared without case. */
const postSchema = z.looseObject({
  createdDateTime: z.string().nullish(),
  postType: z.string().nullish(),
  description: z.looseObject({ content: z.string().nullish() }).nullish(),
});
const issueSchema = z.looseObject({
  id: z.string().min(1).max(100),
  title: z.string().nullish(),
  impactDescription: z.string().nullish(),
  classification: z.string().nullish(),
  status: z.string().max(wordCharacters),
  isResolved: z.boolean().nullish(),
  feature: z.string().nullish(),
  startDateTime: z.string().nullish(),
  endDateTime: z.string().nullish(),
  lastModifiedDateTime: z.string(),
  posts: z.array(z.unknown()).nullish(),
});
const overviewSchema = z.looseObject({
  id: z.string().min(1).max(100),
  service: z.string().max(titleCharacters).nullish(),
  status: z.string().max(wordCharacters),
  issues: z.array(z.unknown()).nullish(),
});
const pageSchema = z.looseObject({ value: z.array(z.unknown()), '@odata.nextLink': z.string().nullish() });

export type AnswerPage = {
  services: { id: string; name: string; status: string }[];
  issues: Issue[];
  nextLink: string | undefined;
};

/**
 * One page of `healthOverviews?$expand=issues`. Throws for a text that is no such page. An overview or issue that lacks what the
 * desk needs is an error too: leaving it out in silence could show a broken service as healthy.
 */
export function parseOverviews(body: string): AnswerPage {
  const page = pageSchema.parse(JSON.parse(body.replace(/^\uFEFF/, '')));
  const overviews = page.value.map((item) => overviewSchema.parse(item));
  return {
    services: overviews.map(({ id, service, status }) => ({
      id,
      name: service ?? id,
      status: canonicalStatus(status),
    })),
    issues: overviews.flatMap((overview) =>
      (overview.issues ?? []).map((item) => toIssue(issueSchema.parse(item), overview)),
    ),
    nextLink: page['@odata.nextLink'] ?? undefined,
  };
}

function toIssue(issue: z.output<typeof issueSchema>, overview: z.output<typeof overviewSchema>): Issue {
  const revision = revisionOf(issue);
  const isResolved = issue.isResolved ?? isResolvedStatus(issue.status);
  const endedAt = isResolved ? toTime(issue.endDateTime) : undefined;
  return {
    id: issue.id,
    service: overview.id,
    serviceName: overview.service ?? overview.id,
    ...wordsOf(issue),
    // What is not said to be an advisory is taken as the worse of the two.
    classification: issue.classification?.toLowerCase() === 'advisory' ? 'advisory' : 'incident',
    status: canonicalStatus(issue.status),
    isResolved,
    startedAt: toTime(issue.startDateTime) ?? revision,
    ...(endedAt !== undefined && { endedAt }),
    revision,
  };
}

/** The answer of `issues/{id}`. Throws for a text that is no such answer. */
export function parseIssueDetails(body: string): IssueDetails {
  const issue = issueSchema.parse(JSON.parse(body.replace(/^\uFEFF/, '')));
  return { revision: revisionOf(issue), posts: postsOf(issue.posts ?? []) };
}

function revisionOf(issue: z.output<typeof issueSchema>): string {
  const revision = toTime(issue.lastModifiedDateTime);
  if (revision === undefined) throw new Error(`issue ${issue.id} has no readable last-modified time`);
  return revision;
}

const wordsOf = (issue: z.output<typeof issueSchema>) => ({
  feature: (issue.feature ?? '').slice(0, titleCharacters),
  title: (issue.title ?? issue.id).slice(0, titleCharacters),
  impact: plainText(issue.impactDescription ?? '').slice(0, textCharacters),
});

/** Oldest first. Of more than a row takes, the newest. */
function postsOf(items: readonly unknown[]): Post[] {
  const posts = items.flatMap(toPost).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  let characters = 0;
  return posts
    .slice(-postsMax)
    .reverse()
    .filter(({ text }) => (characters += text.length) <= allPostsCharacters)
    .reverse();
}

function toPost(item: unknown): Post[] {
  const parsed = postSchema.safeParse(item);
  const at = parsed.success ? toTime(parsed.data.createdDateTime) : undefined;
  if (!parsed.success || at === undefined) return [];
  const { postType, description } = parsed.data;
  const kind = (postType ?? 'regular').toLowerCase().slice(0, wordCharacters);
  return [{ at, kind, text: plainText(description?.content ?? '').slice(0, postCharacters) }];
}
