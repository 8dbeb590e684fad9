import { callOf, literal, placeOf, type Node, type Template } from './bicep.ts';
import { literalAt, resolved, resourcesOf, valueAt, type Resource } from './resources.ts';

export type Roles = Record<string, { name: string; id: string; why: string }>;

const definitions = 'Microsoft.Authorization/roleDefinitions';

/** The ids that an expression stands for: several where it is the variable of a loop over a list. */
function expressionsFor({ template, node }: Resource, id: Node): Node[] {
  const loop = node.namedChildren.find(({ type }) => type === 'for_statement');
  const [variable, over] = loop?.namedChildren ?? [];
  const list = over && resolved(template, over);
  return variable?.text === id.text && list?.type === 'array' ? list.namedChildren : [resolved(template, id)];
}

function faultsOf(resource: Resource, roles: Roles): string[] {
  const { template, body } = resource;
  const known = new Set(Object.entries(roles).flatMap(([key, { id }]) => [`roles.${key}.id`, id]));
  const name = callOf(valueAt(template, body, 'name'));
  const definition = callOf(valueAt(template, body, 'properties.roleDefinitionId'));
  const [kind, id] = definition?.args ?? [];
  const principalType = valueAt(template, body, 'properties.principalType');
  const says =
    principalType?.type === 'identifier' || literalAt(template, body, 'properties.principalType') !== undefined;
  const isDefinition =
    definition?.name === 'subscriptionResourceId' && kind && literal(resolved(template, kind)) === definitions;
  const unknown = id ? expressionsFor(resource, id).map((one) => literal(one) ?? one.text) : [];
  return [
    ...(name?.name === 'guid' && name.args.length === 3 ? [] : ['its name is no guid() of scope, principal and role']),
    ...(name && name.args.at(-1)?.text !== id?.text
      ? ['its name is made from another role than the one it gives']
      : []),
    ...(valueAt(template, body, 'scope') === undefined
      ? ['it has no scope: it would hold for the resource group']
      : []),
    ...(says ? [] : ['it does not say what kind of principal it is for']),
    ...(isDefinition && id ? [] : ['its role is no subscriptionResourceId() of a role definition']),
    ...unknown.filter((one) => !known.has(one)).map((one) => `it gives ${one}, which roles.json does not hold`),
  ];
}

/** A role is given to one identity on one resource, under a name that stays the same, and the list of roles holds it with its reason. */
export const roleAssignmentFaults = (template: Template, roles: Roles): string[] =>
  resourcesOf(template).flatMap((resource) => {
    const at = `${placeOf(template, resource.node)}: ${resource.name}`;
    if (resource.type === definitions) return [`${at}: a role of our own`];
    if (resource.type !== 'Microsoft.Authorization/roleAssignments') return [];
    return faultsOf(resource, roles).map((fault) => `${at}: ${fault}`);
  });
