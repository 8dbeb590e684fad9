import type { TroubleCause, TroubleCode } from '../customers/coverage.ts';
import type { Classification } from './severity.ts';

export type Post = { at: string; kind: string; text: string };

/** One issue as a tenant's answer shows it. Times are ISO texts; `revision` is Microsoft's last-modified time. */
export type Issue = {
  /** Microsoft 365 where nothing is said. */
  source?: 'azure' | 'message-center';
  /** It was pushed by an alert of Azure Monitor, not read. */
  isAlert?: true;
  id: string;
  /** Graph's service id. */
  service: string;
  serviceName: string;
  feature: string;
  title: string;
  impact: string;
  classification: Classification;
  status: string;
  isResolved: boolean;
  startedAt: string;
  endedAt?: string | undefined;
  revision: string;
  /** Where the feed brings them with each issue; else {@link ReadIssue} does. */
  posts?: Post[] | undefined;
  /** Of planned changes only. */
  isMajorChange?: boolean | undefined;
  actionRequiredBy?: string | undefined;
};

/** What an issue says in full, as one tenant shows it. */
export type IssueDetails = { revision: string; posts: Post[] };

/** A tenant as Microsoft shows it. `full`: every issue was asked for, not only those that changed. */
export type TenantReading = {
  services: { id: string; name: string; status: string }[];
  issues: Issue[];
  full: boolean;
};

/** `app`: the application's own permission; `gdap`: the partner's person through a delegated admin relationship. */
export type Way = 'app' | 'gdap';

export type ReadTenant = {
  connectionId: string;
  tenantId: string;
  way: Way;
  /** Only issues changed after this time (ms since the epoch); undefined asks for all. */
  changedAfter: number | undefined;
};

/** Reads a tenant's service health. Throws {@link ReadFailure}: one tenant's trouble is not its neighbours'. */
export type ServiceHealthSource = (tenant: ReadTenant) => Promise<TenantReading>;

/** Reads one issue in full. Undefined where the tenant does not show it. Throws {@link ReadFailure}. */
export type ReadIssue = (
  tenant: Omit<ReadTenant, 'changedAfter'>,
  issueId: string,
) => Promise<IssueDetails | undefined>;

/**
 * Why a tenant could not be read. `scope` `application`: the next tenant would meet the same, so asking it is no use now;
 * `connection`: the partner's own grant does not work, so nobody is read through GDAP.
 */
export class ReadFailure extends Error {
  override readonly name = 'ReadFailure';
  readonly code: TroubleCode;
  readonly scope: 'tenant' | 'application' | 'connection';
  readonly retryAfterSeconds: number | undefined;
  readonly detail: TroubleCause | undefined;

  constructor(
    code: TroubleCode,
    message: string,
    more: {
      scope?: ReadFailure['scope'];
      retryAfterSeconds?: number | undefined;
      detail?: TroubleCause | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.scope = more.scope ?? 'tenant';
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.detail = more.detail;
  }
}
