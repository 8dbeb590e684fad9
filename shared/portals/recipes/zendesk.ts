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

const system = 'zendesk';
const ticket = ['detail', 'id'];

/** As the events write them, in small letters or in capitals. */
const severities = {
  ...{ urgent: 'critical', high: 'moderate', normal: 'minimal', low: 'minimal' },
  ...{ URGENT: 'critical', HIGH: 'moderate', NORMAL: 'minimal', LOW: 'minimal' },
};

/**
 * Zendesk, a webhook that is subscribed to ticket events. Written from public documents and not tried against the product.
 * Source: developer.zendesk.com, "Verifying webhook authenticity" (base64 of HMAC-SHA256 over timestamp and body) and "Ticket
 * events". An older page has body and timestamp; a portal of that kind is described by hand. Events number the requester and do not name an address, so that a contact must stand in.
 */
export const zendesk: Recipe = (standIn) => ({
  kind: 'described-hmac',
  hmac: {
    header: 'x-zendesk-webhook-signature',
    algorithm: 'sha256',
    encoding: 'base64',
    key: 'text',
    signed: ['timestamp', 'body'],
    timestamp: { header: 'x-zendesk-webhook-signature-timestamp', format: 'iso-8601' },
  },
  fields: {
    events: [
      {
        type: 'support_request.created',
        when: [{ from: ['type'], is: ['zen:event-type:ticket.created'] }],
        timestamp: { from: ['time'] },
        data: {
          ...customerFrom(system, ['detail', 'organization_id']),
          ...standInFields(standIn),
          title: titleFrom(['detail', 'subject']),
          description: descriptionFrom(['detail', 'description']),
          severity: { from: ['detail', 'priority'], words: severities, default: 'minimal' },
          ...ticketFrom(system, ticket),
        },
      },
      {
        type: 'support_request.commented',
        when: [
          { from: ['type'], is: ['zen:event-type:ticket.comment_added'] },
          { from: ['event', 'comment', 'is_public'], is: ['true'] },
        ],
        timestamp: { from: ['time'] },
        data: {
          ...requestOf(system, ticket),
          text: { from: ['event', 'comment', 'body'], cut: limits.commentCharacters },
        },
      },
      {
        type: 'support_request.closed',
        when: [
          { from: ['type'], is: ['zen:event-type:ticket.status_changed'] },
          { from: ['event', 'current'], is: ['solved', 'SOLVED', 'Solved'] },
        ],
        timestamp: { from: ['time'] },
        data: { ...requestOf(system, ticket), reason: { value: 'Solved in Zendesk.' } },
      },
    ],
  },
});
