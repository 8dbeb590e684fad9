import type { CustomerStore } from '../shared/customers/customer-store.ts';
import { readEscalation } from '../shared/escalations/escalation-store.ts';
import { createAcknowledge } from '../shared/notices/acknowledge.ts';
import { createReadPages } from '../shared/notices/page-answer.ts';
import { createPageFailed } from '../shared/notices/page-failed.ts';
import type { Look, PageSendDeps } from '../shared/notices/page-ports.ts';
import { createPages } from '../shared/notices/page-raise.ts';
import { createPageSend } from '../shared/notices/page-send.ts';
import { createPageStep } from '../shared/notices/page-step.ts';
import { createReach, escalationStands, requestStands } from '../shared/notices/reach-news.ts';
import { createPolicies } from '../shared/notices/reach-policies.ts';
import type { Duty } from '../shared/notices/reach-windows.ts';
import type { Config } from '../shared/platform/config.ts';
import { judgeUrl } from '../shared/platform/dial-guard.ts';
import { handlerByKind } from '../shared/platform/queue-handler.ts';
import type { TakeTurn } from '../shared/platform/route.ts';
import type { ReadSecret, SecretVersions } from '../shared/platform/secret.ts';
import type { Services } from '../shared/platform/services.ts';
import type { RequestForPage } from '../shared/requests/for-page.ts';

type Parts = {
  services: Services;
  config: Config;
  customers: Pick<CustomerStore, 'get'>;
  readSecret: ReadSecret;
  versions: SecretVersions;
  takeTurn: TakeTurn;
  /** Asked later: requests are told of reaching people before they are there themselves. */
  requestForPage: (requestId: string, wants: { title: boolean }) => Promise<RequestForPage | undefined>;
};

/** Reaching people of the partner: who, by which steps, and what about. */
export function deskReach({ services, config, customers, readSecret, versions, takeTurn, requestForPage }: Parts) {
  const { clock, ids, tables } = services;
  const policies = createPolicies({
    ...{ clock, ids, versions, table: tables('desk') },
    urlFault: (url) => {
      const judged = judgeUrl(new URL(url), config.OUTBOUND_ALLOW);
      return judged.kind === 'refused' ? judged.reason : undefined;
    },
  });
  const look = createLook({ services, customers, requestForPage });
  const deps: PageSendDeps = {
    ...services,
    ...{ table: tables('deliveries'), policies, look, readSecret },
    http: services.guardedHttp,
    publicUrl: config.DESK_PUBLIC_URL,
  };
  const pages = createPages(deps);
  const acknowledge = createAcknowledge(deps);
  return {
    ...createReach({ pages, look }),
    routes: { policies, pages: createReadPages(deps), acknowledge },
    linkRoutes: { acknowledge, takeTurn },
    queue: handlerByKind({
      'page-step': createPageStep(deps),
      'page-send': createPageSend(deps),
      'page-failed': createPageFailed(deps),
    }),
    /** Who is reachable for a critical matter now and in the next hours. */
    duty: async (nowMs: number): Promise<Duty | undefined> => {
      const policy = await policies.current();
      if (policy === undefined) return undefined;
      return (await import('../shared/notices/reach-windows.ts')).dutyOf(policy, nowMs);
    },
    findings: async (): Promise<string[]> => (await policies.read()).findings,
  };
}

/** What a page is about, joined from the request, its escalation and the customer. */
function createLook({
  services,
  customers,
  requestForPage,
}: Pick<Parts, 'services' | 'customers' | 'requestForPage'>): Look {
  const named = async (requestId: string, wants: { title: boolean }) => {
    const request = await requestForPage(requestId, wants);
    if (request === undefined) return undefined;
    const { severity, customerId, updatedAt: changedAt, category, service, title } = request;
    const customerName = (await customers.get(customerId))?.name;
    return { request, looked: { severity, customerId, changedAt, category, service, title, requestId, customerName } };
  };
  return async ({ kind, id, what }, wants) => {
    if (kind === 'request') {
      const found = await named(id, wants);
      return found && { ...found.looked, stands: requestStands(found.request) };
    }
    const row = (await readEscalation(services.tables('escalations'), id))?.row;
    const found = row && (await named(row.requestIds[0] ?? '', wants));
    if (row === undefined || found === undefined) return undefined;
    const { looked } = found;
    const { severity, caseNumber, updatedAt } = row;
    const changedAt = updatedAt > looked.changedAt ? updatedAt : looked.changedAt;
    return { ...looked, severity, caseNumber, changedAt, stands: escalationStands(what, row) };
  };
}
