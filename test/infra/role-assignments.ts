import { callOf, literal, placeOf, type Node, type Template } from './bicep.ts';
import { loopOf, resolved, resourcesOf, spelledOut, valueAt, type Resource } from './resources.ts';

export type Roles = Record<string, { name: string; id: string; why: string }>;

const definitions = 'Microsoft.Authorization/roleDefinitions';

/** What an expression stands for: several roles where it is the variable of a loop over a list. */
function rolesOf(resource: Resource, id: Node): string[] {
  const { template } = resource;
  const loop = loopOf(resource);
  const list = loop && resolved(template, loop.over);
  const isLoop = loop?.variable.text === id.text && list?.type === 'array';
  return (isLoop ? list.namedChildren : [id]).map((one) => spelledOut(template, one));
}

/** How a role of the list is written. */
export const roleExpression = (key: string): string => `loadJsonContent('../roles.json').${key}.id`;

/** The id of the role that is given, where it is written as one of this subscription. */
function roleOf({ template, body }: Resource): Node | undefined {
  const call = callOf(valueAt(template, body, 'properties.roleDefinitionId'));
  const [kind, id] = call?.args ?? [];
  const isRole = call?.name === 'subscriptionResourceId' && kind && literal(resolved(template, kind)) === definitions;
  return isRole ? id : undefined;
}

function faultsOf(resource: Resource, roles: Roles): string[] {
  const known = new Set(Object.keys(roles).map(roleExpression));
  const at = (path: string) => valueAt(resource.template, resource.body, path);
  const role = roleOf(resource);
  const name = callOf(at('name'));
  const strange = role ? rolesOf(resource, role).filter((one) => !known.has(one)) : [];
  const checks: [isGood: boolean, otherwise: string][] = [
    [name?.name === 'guid' && name.args.length === 3, 'its name is no guid() of scope, principal and role'],
    [name?.args.at(-1)?.text === role?.text, 'its name is made from another role than the one that it gives'],
    [at('scope') !== undefined, 'it has no scope: it would hold for the whole resource group'],
    [at('properties.principalType') !== undefined, 'it does not say what kind of principal it is for'],
    [role !== undefined, 'its role is no subscriptionResourceId() of a role definition'],
    [strange.length === 0, `it gives ${strange.join(', ')}, which roles.json does not hold`],
  ];
  return checks.filter(([isGood]) => !isGood).map(([, otherwise]) => otherwise);
}

const assignments = 'Microsoft.Authorization/roleAssignments';

/** Every role that some template gives. */
export const rolesGiven = (templates: readonly Template[]): string[] =>
  templates.flatMap(resourcesOf).flatMap((resource) => {
    const role = resource.type === assignments ? roleOf(resource) : undefined;
    return role ? rolesOf(resource, role) : [];
  });

/** A role is given to one identity on one resource, under a name that stays the same, and the list of roles holds it with its reason. */
export const roleAssignmentFaults = (template: Template, roles: Roles): string[] =>
  resourcesOf(template).flatMap((resource) => {
    const at = `${placeOf(template, resource.node)}: ${resource.name}`;
    if (resource.type === definitions) return [`${at}: a role of our own`];
    if (resource.type !== assignments) return [];
    return faultsOf(resource, roles).map((fault) => `${at}: ${fault}`);
  });
