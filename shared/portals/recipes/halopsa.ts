import { limits } from '../../core/limits.ts';
import { contactFrom, customerFrom, descriptionFrom, requestOf, ticketFrom, titleFrom, type Recipe } from './recipe.ts';

const system = 'halopsa';
const ticket = ['ticket', 'id'];
const timestamp = { from: ['ticket', 'lastupdate'], time: 'utc' as const };
const happened = (name: string) => [{ from: ['event'], is: [name] }];

/**
 * HaloPSA, webhooks with basic authentication and a payload that the administrator writes. Written from public documents and not
 * tried against the product. Source: usehalo.com, "Webhook Integration": it offers basic authentication and no signature, and
 * shows its own payload in pictures alone, so that the recipe uses one of ours (docs/recipes/halopsa.md) with the names that
 * tickets have in its API.
 */
export const halopsa: Recipe = (standIn) => ({
  kind: 'shared-secret',
  shown: { as: 'basic', username: 'halopsa' },
  fields: {
    events: [
      {
        type: 'support_request.created',
        when: happened('created'),
        timestamp,
        data: {
          ...customerFrom(system, ['ticket', 'client_id']),
          ...contactFrom(['ticket', 'user_name'], ['ticket', 'user_email'], standIn),
          title: titleFrom(['ticket', 'summary']),
          description: descriptionFrom(['ticket', 'details']),
          severity: {
            from: ['ticket', 'priority_id'],
            words: { '1': 'critical', '2': 'moderate', '3': 'minimal', '4': 'minimal' },
            default: 'minimal',
          },
          ...ticketFrom(system, ticket),
        },
      },
      {
        type: 'support_request.commented',
        when: happened('commented'),
        timestamp,
        data: { ...requestOf(system, ticket), text: { from: ['note'], cut: limits.commentCharacters } },
      },
      {
        type: 'support_request.closed',
        when: happened('closed'),
        timestamp,
        data: { ...requestOf(system, ticket), reason: { value: 'Closed in HaloPSA.' } },
      },
    ],
  },
});
