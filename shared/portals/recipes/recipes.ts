import type { Inbound, recipeNames, SentInbound } from '../inbound.ts';
import { autotask } from './autotask.ts';
import { connectwise } from './connectwise.ts';
import { halopsa } from './halopsa.ts';
import type { Recipe } from './recipe.ts';
import { servicenow } from './servicenow.ts';
import { zendesk } from './zendesk.ts';

const recipes: Record<(typeof recipeNames)[number], Recipe> = { servicenow, zendesk, halopsa, connectwise, autotask };

/**
 * What is kept of an inbound that an administrator sent. A recipe is written out, so that a release which changes the recipe
 * changes no portal that runs.
 */
export const inboundOf = (sent: SentInbound, secretName: string): Inbound => ({
  ...('recipe' in sent ? recipes[sent.recipe](sent.contact) : sent),
  secretName,
});
