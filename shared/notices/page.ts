import * as z from 'zod';
import { hashOf, shardOf } from '../core/hash.ts';
import { encodeKey, sequenceKey } from '../core/key.ts';
import type { Wake } from '../platform/outbox.ts';
import { rowKind } from '../platform/row.ts';
import { severities } from '../statement/statement.ts';
import { happenings } from './reach-policy.ts';

const instant = z.iso.datetime();

/** What a page was raised for: ids alone. `seen` is the newest event of it that the page knows. */
const sourceSchema = z.object({
  kind: z.enum(['request', 'escalation']),
  id: z.string(),
  what: z.enum(happenings),
  seen: z.int(),
});
export type Source = z.output<typeof sourceSchema>;

export const pageStates = ['paging', 'acknowledged', 'exhausted', 'settled'] as const;

/**
 * A run of the policy about one matter, for one team. It begins anew as the next `run` where the matter comes back after its end,
 * or an acknowledgement expires. `turn` counts the steps that were owed, so that a late or repeated wake is known as such.
 */
const pageSchema = z.object({
  id: z.string(),
  run: z.int(),
  turn: z.int(),
  state: z.enum(pageStates),
  /** The team whose matter it is, and the one whose steps are being taken. */
  ownerId: z.string(),
  teamId: z.string(),
  matter: z.object({ kind: z.enum(['incident', 'request']), id: z.string() }),
  customerId: z.string(),
  severity: z.enum(severities),
  service: z.string().optional(),
  sources: z.array(sourceSchema),
  policyVersion: z.int(),
  /** Index of the next step of the team, and how often its steps were repeated. */
  at: z.int(),
  round: z.int(),
  /** When the next step is due; absent where none is. */
  dueAt: instant.optional(),
  /** No step follows: the acknowledgement, if it expires, is all that is waited for. */
  isStopped: z.boolean().optional(),
  startedAt: instant,
  /** Notices so far, over all runs. */
  notices: z.int(),
  /** Who was paged in this run over what, first and last. */
  paged: z.array(z.object({ person: z.string().optional(), target: z.string(), firstAt: instant, lastAt: instant })),
  /** Who was to be paged and was not reachable at that hour. */
  missed: z.array(z.object({ person: z.string(), at: instant })),
  acknowledgements: z.array(
    z.object({ by: z.string(), person: z.string().optional(), at: instant, late: z.boolean() }),
  ),
  acknowledgedAt: instant.optional(),
  settledAt: instant.optional(),
});
export type Page = z.output<typeof pageSchema>;
export const pageRow = rowKind(pageSchema);

const noticeSchema = z.object({
  pageId: z.string(),
  run: z.int(),
  seq: z.int(),
  /** The turn of the page that made it: one group of notices goes out at each. */
  turn: z.int(),
  action: z.enum(['triggered', 'updated', 'acknowledged', 'settled']),
  what: z.enum(happenings),
  target: z.string(),
  person: z.string().optional(),
  /** Of an acknowledgement: who, and whether others were paged meanwhile. */
  by: z.string().optional(),
  late: z.boolean().optional(),
  state: z.enum(['pending', 'delivered', 'given-up', 'gone', 'skipped']),
  tries: z.int(),
  createdAt: instant,
  lastTryAt: instant.optional(),
  nextTryAt: instant.optional(),
  closedAt: instant.optional(),
  lastStatus: z.int().optional(),
  lastTrouble: z.string().optional(),
});
export type PageNotice = z.output<typeof noticeSchema>;
export const noticeRow = rowKind(noticeSchema);

/** The right to acknowledge one run of a page, for one person: only the hash of the token is kept. */
const linkSchema = z.object({
  pageId: z.string(),
  run: z.int(),
  person: z.string(),
  expiresAt: instant,
  usedAt: instant.optional(),
});
export type Link = z.output<typeof linkSchema>;
export const linkRow = rowKind(linkSchema);

/** One page per team and matter, whoever raises it and how often. */
export const pageIdOf = (ownerId: string, { kind, id }: Page['matter']): string =>
  hashOf('page', ownerId, kind, id).slice(0, 26);

export const pageIdSchema = z.string().regex(/^[a-z2-7]{26}$/);

/** A page, its notices, links and wakes share a partition of table `deliveries`. */
export const pagePartition = (id: string): string => String(shardOf(id)).padStart(2, '0');

export const pageKey = (id: string): string => `P|${id}`;
export const noticeKey = (pageId: string, seq: number): string => `N|${pageId}|${sequenceKey(seq)}`;
export const linkKey = (tokenHash: string): string => `T|${tokenHash}`;
/** Which pages a request or an escalation is a source of. */
export const sourceKey = (id: string): string => `S|${encodeKey(id)}`;
export const sourcePartition = (id: string): string => pagePartition(hashOf(id));

export const stepWake = (page: Pick<Page, 'id' | 'turn'>, dueAt: number): Wake => ({
  id: `${page.id}.${String(page.turn)}`,
  queue: 'deliveries',
  dueAt,
  body: { kind: 'page-step', pageId: page.id, turn: page.turn },
});

export const sendWake = ({ pageId, seq, tries }: PageNotice, dueAt: number): Wake => ({
  id: `${pageId}.n${String(seq)}.${String(tries)}`,
  queue: 'deliveries',
  dueAt,
  body: { kind: 'page-send', pageId, seq },
});

/** The same at every try: a receiver tells a repeat by it. */
export const noticeIdOf = ({ pageId, seq }: PageNotice): string => `${pageId}-${String(seq)}`;

/** By which PagerDuty keeps one incident for one run. */
export const dedupKeyOf = ({ pageId, run }: Pick<PageNotice, 'pageId' | 'run'>): string =>
  `csp-support-desk/${pageId}/${String(run)}`;
