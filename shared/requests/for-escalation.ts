import type { Scope } from '../platform/telemetry.ts';
import type { Head, RequestEscalation } from './request-event.ts';
import type { Content } from './request-rows.ts';
import { stateAfterEscalation } from './request-rules.ts';
import type { RequestStore } from './request-store.ts';
import { checkTexts, missingEvidence } from './working-list.ts';

/** A request as an escalation needs it. */
export type RequestForEscalation = Pick<
  Content,
  'title' | 'description' | 'contact' | 'businessImpact' | 'evidence' | 'attachments'
> &
  Pick<
    Head,
    | 'portalId'
    | 'customerId'
    | 'version'
    | 'state'
    | 'severity'
    | 'startedAt'
    | 'language'
    | 'externalRefs'
    | 'createdAt'
    | 'erasedAt'
  > &
  Pick<Head['triage'], 'category' | 'service' | 'boundary'> & {
    requestId: string;
    likelyIncidents: { id: string; title: string; confidence: number }[];
    escalationCount: number;
    /** What Microsoft will ask for and the request's evidence does not give. */
    missingEvidence: string[];
    /** What is to be looked at before anybody is asked for help. */
    checks: string[];
  };

export type EscalationNews = {
  requestId: string;
  escalation: RequestEscalation;
  at: string;
  what: 'started' | 'changed' | 'closed';
  note?: string | undefined;
};

/** What requests offer to escalations. */
export function createForEscalation({ store }: { store: RequestStore }) {
  return {
    isKnown: async (requestId: string): Promise<boolean> => (await store.readHead(requestId)) !== undefined,

    readForEscalation: async (requestId: string): Promise<RequestForEscalation | undefined> => {
      const head = await store.readHead(requestId);
      if (head === undefined) return undefined;
      const { triage, escalationIds } = head;
      const content = await store.readContent(requestId);
      return {
        ...content,
        requestId,
        portalId: head.portalId,
        customerId: head.customerId,
        version: head.version,
        state: head.state,
        severity: head.severity,
        startedAt: head.startedAt,
        language: head.language,
        externalRefs: head.externalRefs,
        createdAt: head.createdAt,
        erasedAt: head.erasedAt,
        category: triage.category,
        service: triage.service,
        boundary: triage.boundary,
        likelyIncidents: triage.likelyIncidents.map(({ id, title, confidence }) => ({ id, title, confidence })),
        escalationCount: escalationIds.length,
        missingEvidence: missingEvidence(triage, content.evidence),
        checks: checkTexts(triage),
      };
    },

    /** Brings news of an escalation onto the request's timeline, once per escalation id and version. */
    applyEscalation: async ({ requestId, escalation, what, note }: EscalationNews, scope: Scope): Promise<void> => {
      const { id, version, state } = escalation;
      await store.append(
        {
          requestId,
          once: { mark: `${id}.${String(version)}`, bodyHash: '' },
          decide: (head) => ({
            by: { kind: 'desk', id: 'desk' },
            event: {
              kind: 'escalated',
              audience: 'customer',
              from: head.state,
              state: stateAfterEscalation(head, { what, id, version, state }),
              what,
              escalation,
            },
            note,
          }),
        },
        scope,
      );
    },
  };
}
