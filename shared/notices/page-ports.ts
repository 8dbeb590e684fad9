import type { Clock } from '../core/clock.ts';
import type { Ids, Random } from '../core/ids.ts';
import type { Bus } from '../platform/bus.ts';
import type { Http } from '../platform/http.ts';
import type { ReadSecret } from '../platform/secret.ts';
import type { Table } from '../platform/table.ts';
import type { Severity } from '../statement/statement.ts';
import type { Source } from './page.ts';
import type { Policies } from './reach-policies.ts';

/** What a page is about, as it is now. It is read whenever it is needed, so that no text of people is kept in a page. */
export type Looked = {
  /** Whether what happened is still so: a request that is open and critical, a filing that is still asked for. */
  stands: boolean;
  /** When something last happened with the request, ISO 8601. */
  changedAt: string;
  requestId: string;
  severity: Severity;
  category?: string | null | undefined;
  service?: string | null | undefined;
  customerId: string;
  customerName?: string | undefined;
  caseNumber?: string | undefined;
  /** Read only where it is asked for. */
  title?: string | undefined;
};

/** Undefined where there is no such thing. */
export type Look = (
  source: Pick<Source, 'kind' | 'id' | 'what'>,
  wants: { title: boolean },
) => Promise<Looked | undefined>;

/** What pages need; the table is `deliveries`, wrapped with write tokens by whoever builds this. */
export type PageDeps = {
  table: Table;
  bus: Bus;
  clock: Clock;
  random: Random;
  ids: Pick<Ids, 'bytes'>;
  policies: Pick<Policies, 'current' | 'version'>;
  look: Look;
};

export type PageSendDeps = PageDeps & {
  /** Calls URLs of others: guarded against addresses inside. */
  http: Http;
  readSecret: ReadSecret;
  /** Where the desk is reached from outside; without it notices carry no link. */
  publicUrl?: string | undefined;
};
