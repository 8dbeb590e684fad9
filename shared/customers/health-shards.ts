import type { Scope } from '../platform/telemetry.ts';

/**
 * A tenant in a shard; one that left is kept for its history and polled no more. `missedAt`: when a whole pass over the partner's
 * list did not name it (ISO).
 */
export type Member = {
  customerId: string;
  tenantId: string;
  leftAt?: string | undefined;
  missedAt?: string | undefined;
  /** The partner does not want it polled. */
  isExcluded?: boolean | undefined;
  /**
   * What is known of the partner's delegated way in: nothing (absent: it is tried), that there is no relationship (no `endsAt`), or
   * when it ends or ended (ISO).
   */
  delegation?: { endsAt?: string | undefined } | undefined;
};

export type MemberChange = (member: Member) => Member | undefined;

/** Where customers are polled: the directory puts them into shards, `health` reads them. */
export type HealthShards = {
  members(connectionId: string, shard: number): Promise<Map<string, Member>>;
  put(connectionId: string, shard: number, members: readonly Member[]): Promise<void>;
  /**
   * Writes what `changes` (by customer id) make of members as they stand: several write them, each what is its own. Undefined leaves
   * a member as it is; who is not there is left out.
   */
  change(connectionId: string, shard: number, changes: ReadonlyMap<string, MemberChange>): Promise<void>;
  /** Begins to poll the shard where nobody does yet. */
  start(connectionId: string, shard: number, scope: Scope): Promise<void>;
};

/** Whoever left, or is not wanted, is not polled. */
export const isPolled = ({ leftAt, isExcluded }: Pick<Member, 'leftAt' | 'isExcluded'>): boolean =>
  leftAt === undefined && isExcluded !== true;
