import pLimit from 'p-limit';
import { secondMs, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { TroubleCode } from '../customers/coverage.ts';
import { whileInTime } from './in-time.ts';
import type { PlannedReading } from './message-center-plan.ts';
import type { MessageSource, ServiceMessage } from './message-center.ts';
import { ReadFailure } from './service-health.ts';

/** A post in the newest form that a tenant showed, and who listed it: `true` where that tenant's posts were read before. */
export type Listed = { message: ServiceMessage; customers: Map<string, boolean> };

/** What came of one tenant. Who is not in the map was not asked: the time or Microsoft's patience was up. */
export type FeedOutcome = { kind: 'read' } | { kind: 'failed'; code: TroubleCode; notBefore?: number };

export type MessageReadings = {
  outcomes: Map<string, FeedOutcome>;
  listed: Map<string, Listed>;
  /** When those that were not asked may be. Absent where everybody was. */
  resumeAt?: number;
};

/**
 * Reads the tenants, some at a time, each on its own. Their posts are joined while they come: the texts of 250 tenants, mostly
 * the same, must not stand in memory together.
 */
export async function readMessages(
  { source, clock }: { source: MessageSource; clock: Pick<Clock, 'now' | 'sleep'> },
  plan: readonly PlannedReading[],
): Promise<MessageReadings> {
  return whileInTime(clock, limits.messageCenterReadsMs, async (inTime) =>
    readAll({ source: async (tenant) => inTime(source(tenant)), clock }, plan),
  );
}

async function readAll(
  { source, clock }: { source: MessageSource; clock: Pick<Clock, 'now'> },
  plan: readonly PlannedReading[],
): Promise<MessageReadings> {
  const until = clock.now() + limits.messageCenterReadMs;
  const readings: MessageReadings = { outcomes: new Map(), listed: new Map() };
  let pausedUntil: number | undefined;
  const one = async ({ customerId, isWatched, ...tenant }: PlannedReading): Promise<void> => {
    if (pausedUntil !== undefined || clock.now() >= until) {
      readings.resumeAt = pausedUntil ?? clock.now();
      return;
    }
    try {
      for (const message of await source(tenant)) list(readings.listed, message).set(customerId, isWatched);
      readings.outcomes.set(customerId, { kind: 'read' });
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error;
      const { code, scope, retryAfterSeconds: wait } = error;
      const notBefore = wait === undefined ? undefined : clock.now() + wait * secondMs;
      if (scope === 'application') pausedUntil = notBefore ?? clock.now();
      readings.outcomes.set(customerId, { kind: 'failed', code, ...(notBefore !== undefined && { notBefore }) });
    }
  };
  const limit = pLimit(limits.healthConcurrency);
  await Promise.all(plan.map((tenant) => limit(async () => one(tenant))));
  return readings;
}

function list(listed: Map<string, Listed>, message: ServiceMessage): Map<string, boolean> {
  const known = listed.get(message.id);
  const customers = known?.customers ?? new Map<string, boolean>();
  const isNewest = !known || known.message.revision < message.revision;
  if (isNewest) listed.set(message.id, { message, customers });
  return customers;
}
