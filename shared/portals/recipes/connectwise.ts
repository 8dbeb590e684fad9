import { contactFrom, customerFrom, descriptionFrom, requestOf, ticketFrom, titleFrom, type Recipe } from './recipe.ts';

const system = 'connectwise';
const ofTicket = { from: ['Type'], is: ['ticket'] };

/**
 * ConnectWise PSA (Manage), callbacks of type Ticket. Written from public documents and not tried against the product.
 * Source: developer.connectwise.com, "PSA Callbacks" (base64 of HMAC-SHA256 over the body with the SHA-256 of the signing key)
 * and the ticket of its REST API. The signing key is put into the vault once: the `key_url` of a payload would be an address
 * that the payload itself chooses. No time is signed. Notes of a ticket have no callbacks.
 */
export const connectwise: Recipe = (standIn) => ({
  kind: 'described-hmac',
  hmac: {
    header: 'x-content-signature',
    algorithm: 'sha256',
    encoding: 'base64',
    key: 'sha256-of-text',
    signed: ['body'],
  },
  fields: {
    unwrap: [['Entity']],
    events: [
      {
        type: 'support_request.created',
        when: [ofTicket, { from: ['Action'], is: ['added'] }],
        timestamp: { from: ['Entity', '_info', 'lastUpdated'] },
        data: {
          ...customerFrom(system, ['Entity', 'company', 'id']),
          ...contactFrom(['Entity', 'contactName'], ['Entity', 'contactEmailAddress'], standIn),
          title: titleFrom(['Entity', 'summary']),
          description: descriptionFrom(['Entity', 'initialDescription']),
          severity: {
            from: ['Entity', 'severity'],
            words: { High: 'critical', Medium: 'moderate', Low: 'minimal' },
            default: 'minimal',
          },
          ...ticketFrom(system, ['ID']),
        },
      },
      {
        type: 'support_request.closed',
        when: [ofTicket, { from: ['Action'], is: ['updated'] }, { from: ['Entity', 'closedFlag'], is: ['true'] }],
        timestamp: { from: ['Entity', '_info', 'lastUpdated'] },
        data: { ...requestOf(system, ['ID']), reason: { value: 'Closed in ConnectWise.' } },
      },
    ],
  },
});
