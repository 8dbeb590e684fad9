import { bodyOf, callOf, literal, nameOf, nodesOf, propertiesOf, targetOf, type Node, type Template } from './bicep.ts';

/** A resource that a template makes; one that it only refers to (`existing`) is none. */
export type Resource = { template: Template; node: Node; name: string; type: string; body: Node };

const declarationOf = (node: Node): Node | undefined => {
  for (let above = node.parent; above !== null; above = above.parent) {
    if (above.type === 'resource_declaration') return above;
  }
  return undefined;
};

/** `Microsoft.Storage/storageAccounts/tableServices`: the type of a resource within another goes on from there. */
function typeOf(declaration: Node): string {
  const own = targetOf(declaration).split('@')[0] ?? '';
  const outer = declarationOf(declaration);
  return outer === undefined ? own : `${typeOf(outer)}/${own}`;
}

export const resourcesOf = (template: Template): Resource[] =>
  nodesOf(template.root, 'resource_declaration').flatMap((node) => {
    const body = bodyOf(node);
    if (node.children.some(({ type }) => type === 'existing') || body === undefined) return [];
    return [{ template, node, name: nameOf(node), type: typeOf(node), body }];
  });

/** What a resource is repeated over, and by which variable. */
export function loopOf({ node }: Resource): { variable: Node; over: Node } | undefined {
  const loop = node.namedChildren.find(({ type }) => type === 'for_statement');
  const [variable, over] = loop?.namedChildren ?? [];
  return variable && over && { variable, over };
}

const variablesOf = ({ root }: Template): Node[] =>
  root.namedChildren.filter(({ type }) => type === 'variable_declaration');

/** A variable stands for its value; anything else for itself. */
export function resolved(template: Template, node: Node): Node {
  if (node.type !== 'identifier') return node;
  const value = variablesOf(template)
    .find((one) => nameOf(one) === node.text)
    ?.namedChildren.at(-1);
  return value === undefined ? node : resolved(template, value);
}

/** An expression with the variable at its beginning replaced by what that is: `roles.reader.id` names the file that it is from. */
export function spelledOut(template: Template, node: Node): string {
  const [object, property] = node.type === 'member_expression' ? node.namedChildren : [];
  if (object && property) return `${spelledOut(template, object)}.${property.text}`;
  const value = resolved(template, node);
  return value.equals(node) ? node.text : spelledOut(template, value);
}

/** The value at a path such as `properties.features.disableLocalAuth`, through variables; of merged objects the last one wins. */
export function valueAt(template: Template, object: Node, path: string): Node | undefined {
  const at = resolved(template, object);
  const call = callOf(at);
  if (call?.name === 'union') {
    return call.args.map((one) => valueAt(template, one, path)).findLast((value) => value !== undefined);
  }
  if (at.type !== 'object') return undefined;
  const [first, ...rest] = path.split('.');
  const value = propertiesOf(at).find(({ name }) => name === first)?.value;
  if (value === undefined || rest.length === 0) return value && resolved(template, value);
  return valueAt(template, value, rest.join('.'));
}

/** The string there, where it is one that is written out. */
export const literalAt = (template: Template, object: Node, path: string): string | undefined =>
  literal(valueAt(template, object, path));
