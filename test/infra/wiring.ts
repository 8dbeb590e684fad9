import { dirname, join } from 'node:path/posix';
import { bodyOf, nameOf, nodesOf, placeOf, propertiesOf, targetOf, type Node, type Template } from './bicep.ts';
import { parametersOf } from './parameters.ts';
import { valueAt } from './resources.ts';

const outputsOf = ({ root }: Template): string[] => nodesOf(root, 'output_declaration').map(nameOf);

/** What a call of a template gives to it, against what it asks for. */
function badParameters(asked: Template, given: string[]): string[] {
  const known = parametersOf(asked);
  return [
    ...given.filter((name) => !known.some((one) => one.name === name)).map((name) => `there is no parameter ${name}`),
    ...known
      .filter(({ name, isRequired }) => isRequired && !given.includes(name))
      .map(({ name }) => `${name} is missing`),
  ];
}

/** `m.outputs.x`, also through `m!` and `m.?outputs`. To the grammar a whole choice stands before the last one of it. */
const usedOutput = /(\w+)[!?.]*\.\??outputs\.\??(\w+)$/;

/** A place that calls a module: which file, what it gives to it, and where it uses what comes out. */
type Call = { module: Node; file: string; given: string[]; used: { node: Node; output: string }[] };

const callsOf = (template: Template): Call[] =>
  nodesOf(template.root, 'module_declaration').map((module) => {
    const body = bodyOf(module);
    const params = body && valueAt(template, body, 'params');
    const used = nodesOf(template.root, 'member_expression').flatMap((node) => {
      const [, from, output = ''] = usedOutput.exec(node.text) ?? [];
      return from === nameOf(module) ? [{ node, output }] : [];
    });
    const file = join(dirname(template.file), targetOf(module));
    return { module, file, given: params ? propertiesOf(params).map(({ name }) => name) : [], used };
  });

function moduleFaults(template: Template, byFile: Map<string, Template>): [Node, string][] {
  return callsOf(template).flatMap(({ module, file, given, used }): [Node, string][] => {
    const asked = byFile.get(file);
    if (asked === undefined) return [[module, `there is no ${targetOf(module)}`]];
    const gone = used.filter(({ output }) => !outputsOf(asked).includes(output));
    return [
      ...badParameters(asked, given).map((what): [Node, string] => [module, what]),
      ...gone.map(({ node, output }): [Node, string] => [node, `${file} has no output ${output}`]),
    ];
  });
}

/** What a module takes that no call gives, and what it puts out that no call uses. */
function idleFaults(template: Template, calls: readonly Call[]): [Node, string][] {
  const own = calls.filter(({ file }) => file === template.file);
  if (own.length === 0) return [];
  const given = own.flatMap((call) => call.given);
  const used = own.flatMap((call) => call.used.map(({ output }) => output));
  return [
    ...parametersOf(template).filter(({ name }) => !given.includes(name)),
    ...nodesOf(template.root, 'output_declaration')
      .map((node) => ({ name: nameOf(node), node }))
      .filter(({ name }) => !used.includes(name)),
  ].map(({ name, node }) => [node, `nobody who calls it needs ${name}`]);
}

function parameterFileFaults(template: Template, byFile: Map<string, Template>): [Node, string][] {
  const [using] = nodesOf(template.root, 'using_statement');
  const target = using ? join(dirname(template.file), targetOf(using)) : '';
  const asked = byFile.get(target);
  if (asked === undefined) return [[template.root, 'it uses no template']];
  // Parsed as a variable (see asVariables), and told from a real one by what is written there.
  const isParameter = ({ startIndex }: Node) => template.text.startsWith('param', startIndex);
  const given = nodesOf(template.root, 'variable_declaration').filter(isParameter).map(nameOf);
  return badParameters(asked, given).map((what) => [using ?? template.root, what]);
}

/** Modules exist, are given what they ask for, and have the outputs that are used, nothing more or less; so do files of parameters. */
export function wiringFaults(templates: readonly Template[]): string[] {
  const byFile = new Map(templates.map((template) => [template.file, template]));
  const calls = templates.flatMap(callsOf);
  return templates.flatMap((template) => {
    const isParameters = template.file.endsWith('.bicepparam');
    const found = isParameters
      ? parameterFileFaults(template, byFile)
      : [...moduleFaults(template, byFile), ...idleFaults(template, calls)];
    return found.map(([node, what]) => `${placeOf(template, node)}: ${what}`);
  });
}
