import { limits } from '../../core/limits.ts';
import {
  customerFrom,
  descriptionFrom,
  requestOf,
  standInFields,
  ticketFrom,
  titleFrom,
  type Recipe,
} from './recipe.ts';

const system = 'autotask';
const timestamp = { from: ['EventTime'] };

/** Values of the picklist as Autotask delivers it, by number and by label. */
const severities = {
  ...{ '4': 'critical', '1': 'critical', '2': 'moderate', '3': 'minimal' },
  ...{ Critical: 'critical', High: 'critical', Medium: 'moderate', Low: 'minimal' },
};

/**
 * Autotask, webhooks of Tickets and TicketNotes. Written from public documents and not tried against the product.
 * Source: autotask.net developer help, "Secret key and payload verification" (`sha1=` and base64 of HMAC-SHA1 over the body) and
 * "WebhookFields". It signs with nothing better, and no time. The payload holds the fields that the webhook was told to show
 * always; how they are spelt is documented for `TicketNumber` alone, and the others follow it.
 */
export const autotask: Recipe = (standIn) => ({
  kind: 'described-hmac',
  hmac: {
    header: 'x-hook-signature',
    algorithm: 'sha1',
    encoding: 'base64',
    prefix: 'sha1=',
    key: 'text',
    signed: ['body'],
  },
  fields: {
    events: [
      {
        type: 'support_request.created',
        when: [
          { from: ['EntityType'], is: ['Ticket'] },
          { from: ['Action'], is: ['Create'] },
        ],
        timestamp,
        data: {
          ...customerFrom(system, ['Fields', 'CompanyID']),
          ...standInFields(standIn),
          title: titleFrom(['Fields', 'Title']),
          description: descriptionFrom(['Fields', 'Description']),
          severity: { from: ['Fields', 'Priority'], words: severities, default: 'minimal' },
          ...ticketFrom(system, ['Id']),
        },
      },
      {
        type: 'support_request.commented',
        when: [
          { from: ['EntityType'], is: ['TicketNote'] },
          { from: ['Action'], is: ['Create'] },
        ],
        timestamp,
        data: {
          ...requestOf(system, ['Fields', 'TicketID']),
          text: { from: ['Fields', 'Description'], cut: limits.commentCharacters },
        },
      },
      {
        type: 'support_request.closed',
        when: [
          { from: ['EntityType'], is: ['Ticket'] },
          { from: ['Action'], is: ['Update'] },
          { from: ['Fields', 'Status'], is: ['5', 'Complete'] },
        ],
        timestamp,
        data: { ...requestOf(system, ['Id']), reason: { value: 'Completed in Autotask.' } },
      },
    ],
  },
});
