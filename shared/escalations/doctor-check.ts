import type { HttpAnswer } from '../platform/http.ts';
import type { TokenResource } from '../platform/tokens.ts';

/** `proven`: it is as the desk relies on; `refused`: it is not, and the desk does without; `unproven`: nobody knows yet. */
export type Finding = { state: 'proven' | 'refused' | 'unproven'; said: string };

/** Where a question is asked: a connection, its partner tenant, and customers by whom it can be asked; members may be missing. */
export type DoctorPlace = {
  connectionId: string;
  partnerTenantId: string;
  cloud: string;
  caseMailbox?: string | undefined;
  /** Of a customer that consented to the application. */
  appTenantId?: string | undefined;
  /** Of a customer with a living delegated relationship. */
  delegatedTenantId?: string | undefined;
  azure?: { tenantId: string; subscriptionId: string; way: 'app' | 'delegated' } | undefined;
  nowMs: number;
};

/** One GET. It changes nothing, whatever is answered. */
export type Probe = {
  resource: TokenResource;
  way: 'app' | 'delegated';
  tenantId: string;
  /** Below the root of the API. */
  path: string;
  headers?: Record<string, string>;
  /** Sends the partner's own token along, as Azure wants it on behalf of a customer. */
  withPartnerToken?: true;
};

/** A question about Microsoft that no document answers, and how the desk finds out. */
export type DoctorCheck = {
  id: string;
  question: string;
  /** What the desk does where the answer is no. */
  otherwise: string;
} & (
  | {
      /** Undefined where this place has nobody to ask about. */
      probe: (place: DoctorPlace) => Probe | undefined;
      /** Of an answer that is no passing trouble. */
      read: (answer: HttpAnswer) => Finding;
    }
  /** No question that changes nothing would tell: what a person does to find out. */
  | { byHand: string }
);

export const isAnswered = ({ status }: Pick<HttpAnswer, 'status'>): boolean => status >= 200 && status < 300;

/** Proven by any success; every other answer refuses, by its status. */
export const byStatus =
  (said: (answer: HttpAnswer) => string) =>
  (answer: HttpAnswer): Finding =>
    isAnswered(answer) ? { state: 'proven', said: said(answer) } : refusedBy(answer);

export const refusedBy = ({ status }: HttpAnswer): Finding => ({
  state: 'refused',
  said: `Answered ${String(status)}.`,
});
