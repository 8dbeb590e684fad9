import { hashOf } from './hash.ts';

/**
 * One person as `owner` knows it (a customer, or `portal:<id>` where the customer is not known): the same id whoever reports, and no
 * name in it.
 */
export const contactIdOf = (owner: string, email: string): string =>
  `p${hashOf('contact', owner, email.toLowerCase()).slice(0, 20)}`;

type Subject = { requestId?: string | undefined; externalRef?: { system: string; id: string } | undefined };

/** What a portal's webhook says it is about: a request by the desk's id, or by the portal's own. It names nobody either. */
export const subjectIdOf = (portalId: string, { requestId = '', externalRef }: Subject): string =>
  `s${hashOf('subject', portalId, requestId, externalRef?.system ?? '', externalRef?.id ?? '').slice(0, 20)}`;
