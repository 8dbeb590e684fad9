import type { DescribedInbound, Inbound, recipeNames, SentInbound } from '../inbound.ts';

const standard: DescribedInbound = { kind: 'standard-webhooks' };

const recipes: Record<(typeof recipeNames)[number], DescribedInbound> = {
  servicenow: standard,
  zendesk: standard,
  halopsa: standard,
  connectwise: standard,
  autotask: standard,
};

/**
 * What is kept of an inbound that an administrator sent. A recipe is written out, so that a release which changes the recipe
 * changes no portal that runs.
 */
export const inboundOf = (sent: SentInbound, secretName: string): Inbound => ({
  ...('recipe' in sent ? recipes[sent.recipe] : sent),
  secretName,
});
