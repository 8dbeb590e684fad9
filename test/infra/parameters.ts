import { callOf, decoratorsOf, literal, nameOf, nodesOf, placeOf, type Node, type Template } from './bicep.ts';

export type Parameter = { name: string; node: Node; isRequired: boolean };

const decorator = (declaration: Node, name: string) =>
  decoratorsOf(declaration)
    .map(callOf)
    .find((call) => call?.name === name || call?.name === `sys.${name}`);

/** What stands behind `=`. */
const defaultOf = (declaration: Node): Node | undefined => {
  const at = declaration.children.findIndex(({ type }) => type === '=');
  return at === -1 ? undefined : declaration.children[at + 1];
};

/** `string?`; a property of an object type may be left out without the whole being so. */
const isNullable = (declaration: Node): boolean =>
  declaration.namedChildren.find(({ type }) => type === 'type')?.firstNamedChild?.type === 'nullable_type';

export const parametersOf = ({ root }: Template): Parameter[] =>
  nodesOf(root, 'parameter_declaration').map((node) => ({
    name: nameOf(node),
    node,
    isRequired: defaultOf(node) === undefined && !isNullable(node),
  }));

/** What one calls a thing that nobody else may read. */
const secretName = /(?:password|passphrase|secret|token|credential|connectionString|key)s?$/i;

/** Application Insights takes telemetry by identity alone: its connection string then only names endpoints. */
const noSecrets = new Set(['insightsConnectionString']);

/** A parameter says what it is; a secret one says so too, and brings none along. */
export function parameterFaults(template: Template): string[] {
  return parametersOf(template).flatMap(({ name, node }) => {
    const described = literal(decorator(node, 'description')?.args[0]) ?? '';
    const isSecure = decorator(node, 'secure') !== undefined;
    const byDefault = defaultOf(node);
    const wrong = [
      ...(described.trim() === '' ? ['has no description'] : []),
      ...(secretName.test(name) && !noSecrets.has(name) && !isSecure
        ? ['is named like a secret and is not @secure()']
        : []),
      ...(isSecure && byDefault && literal(byDefault) !== '' ? ['is @secure() and has a default'] : []),
    ];
    return wrong.map((what) => `${placeOf(template, node)}: parameter ${name} ${what}`);
  });
}
