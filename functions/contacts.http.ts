import { knownCaller } from '../shared/core/caller.ts';
import { route, type Route } from '../shared/platform/route.ts';
import type { Erasure } from '../shared/requests/erase-contact.ts';
import * as contracts from '../shared/requests/erasure-answer.ts';

/** The persons who sent requests: erasing them. */
export const contactRoutes = ({ start, read }: Pick<Erasure, 'start' | 'read'>): Route[] => [
  route({
    ...contracts.eraseContact,
    handle: async ({ caller, params: { id: contactId }, query: { force = false, reference }, scope }) => {
      await start({ caller: knownCaller(caller), contactId, force, reference }, scope);
      const body = await read(contactId);
      if (body.state === 'done') return { status: 200, body };
      return { status: 202, body, headers: { location: `/api/contacts/${contactId}` } };
    },
  }),
  route({
    ...contracts.readErasure,
    handle: async ({ params: { id }, query }) => ({ status: 200, body: await read(id, query) }),
  }),
];
