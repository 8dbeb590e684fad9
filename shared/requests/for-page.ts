import type { Head } from './request-event.ts';
import type { RequestStore } from './request-store.ts';

/** A request as people who are called out see it. */
export type RequestForPage = Pick<Head, 'state' | 'severity' | 'customerId' | 'updatedAt'> & {
  category: string | null;
  service: string | null;
  title?: string;
};

/** One read; two with the title, which is not there any more where it was erased. */
export const createForPage =
  ({ store }: { store: RequestStore }) =>
  async (requestId: string, wants: { title: boolean }): Promise<RequestForPage | undefined> => {
    const head = await store.readHead(requestId);
    if (head === undefined) return undefined;
    const { state, severity, customerId, updatedAt, triage, erasedAt } = head;
    const { category, service } = triage;
    const hasTitle = wants.title && erasedAt === undefined;
    const title = hasTitle ? { title: (await store.readContent(requestId)).title } : {};
    return { state, severity, customerId, updatedAt, category, service, ...title };
  };
