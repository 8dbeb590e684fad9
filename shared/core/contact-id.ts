import { hashOf } from './hash.ts';

/**
 * One person as `owner` knows it (a customer, or `portal:<id>` where the customer is not known): the same id whoever reports, and no
 * name in it.
 */
export const contactIdOf = (owner: string, email: string): string =>
  `p${hashOf('contact', owner, email.toLowerCase()).slice(0, 20)}`;
