import { limits } from '../../core/limits.ts';
import type { Field, Path } from '../field-map-schema.ts';
import type { DescribedInbound, StandIn } from '../inbound.ts';

/** Tickets of a product, as a portal's `inbound`. `standIn` is the contact of those that name none. */
export type Recipe = (standIn: StandIn | undefined) => DescribedInbound;

/** A text that is longer at the sender is cut to what a request takes. */
export const titleFrom = (from: Path): Field => ({ from, cut: limits.titleCharacters });

/** A ticket without a description says so, because a request must say something. */
export const descriptionFrom = (from: Path): Field => ({
  from,
  default: 'The ticket has no description.',
  cut: 20_000,
});

/** The number of no customer, where a recipe or its script finds none. */
export const nobodysId = 'none';

/**
 * The customer by the sender's own number. A ticket without one gets a name that is mapped to nobody, so that it waits in the
 * quarantine for a person and is not lost.
 */
export const customerFrom = (system: string, from: Path): Record<string, Field> => ({
  'customer.externalRef.system': { value: system },
  'customer.externalRef.id': { from, default: nobodysId },
});

/** The ticket itself: events that the desk sends carry it back. */
export const ticketFrom = (system: string, from: Path): Record<string, Field> => ({
  'externalRefs.0.system': { value: system },
  'externalRefs.0.id': { from },
});

/** The request of a ticket that came before. */
export const requestOf = (system: string, from: Path): Record<string, Field> => ({
  'externalRef.system': { value: system },
  'externalRef.id': { from },
});

export const standInFields = (standIn: StandIn | undefined): Record<string, Field> =>
  standIn === undefined ? {} : { 'contact.name': { value: standIn.name }, 'contact.email': { value: standIn.email } };

/** The contact that the ticket names, else the one that stands in. */
export const contactFrom = (name: Path, email: Path, standIn: StandIn | undefined): Record<string, Field> => ({
  'contact.name': { from: name, ...(standIn && { default: standIn.name }) },
  'contact.email': { from: email, ...(standIn && { default: standIn.email }) },
});
