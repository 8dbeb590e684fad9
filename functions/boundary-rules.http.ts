import { knownCaller } from '../shared/core/caller.ts';
import { route, type Answer, type Route } from '../shared/platform/route.ts';
import { versionMatch, versionTag } from '../shared/platform/if-match.ts';
import { sentRulesSchema } from '../shared/requests/own-rules.ts';
import type { PublishedRules } from '../shared/requests/published-rules.ts';
import { rulesAnswerSchema, rulesQuerySchema, type RulesAnswer } from '../shared/requests/rules-answer.ts';

const answers = {
  200: {
    description: 'The rules in force, in order',
    schema: rulesAnswerSchema,
    headers: { ETag: 'The version, for If-Match.' },
  },
};

const answer = (rules: RulesAnswer): Answer => ({
  status: 200,
  body: rules,
  headers: { etag: versionTag(rules.version) },
});

/** Whose it is to solve, as data: the desk's rules and the partner's own before them. */
export const boundaryRulesRoutes = (rules: Pick<PublishedRules, 'read' | 'replace'>): Route[] => [
  route({
    name: 'readBoundaryRules',
    method: 'GET',
    path: 'api/boundary-rules',
    summary: 'By which rules the boundary of a request is decided, where each comes from, and who overrode them when',
    access: { portals: false, role: 'Desk.Read' },
    query: rulesQuerySchema,
    answers,
    errors: ['not-found'],
    handle: async ({ query: { version } }) =>
      answer(await rules.read(version === undefined ? version : Number(version))),
  }),
  route({
    name: 'replaceBoundaryRules',
    method: 'PUT',
    path: 'api/boundary-rules',
    summary: "Replaces the partner's own rules, which come before the desk's; every version is kept. Wants If-Match",
    access: { portals: false, role: 'Desk.Admin' },
    body: sentRulesSchema,
    answers,
    errors: ['etag-mismatch', 'if-match-required'],
    handle: async ({ caller, headers, body }) =>
      answer(
        await rules.replace({
          caller: knownCaller(caller),
          rules: body.rules,
          seen: versionMatch(headers, 'set of rules'),
        }),
      ),
  }),
];
