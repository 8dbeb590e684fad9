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

/** `m.outputs.x`, also through `m!` and `m.?outputs`. */
const usedOutput = /^(\w+)[!?.]*\.\??outputs\.\??(\w+)$/;

function moduleFaults(template: Template, byFile: Map<string, Template>): [Node, string][] {
  const modules = nodesOf(template.root, 'module_declaration');
  const called = (module: Node) => byFile.get(join(dirname(template.file), targetOf(module)));
  return modules.flatMap((module): [Node, string][] => {
    const asked = called(module);
    const body = bodyOf(module);
    if (asked === undefined || body === undefined) return [[module, `there is no ${targetOf(module)}`]];
    const params = valueAt(template, body, 'params');
    const given = params ? propertiesOf(params).map(({ name }) => name) : [];
    const outputs = nodesOf(template.root, 'member_expression').flatMap((node): [Node, string][] => {
      const [, from, output = ''] = usedOutput.exec(node.text) ?? [];
      const isGone = from === nameOf(module) && !outputsOf(asked).includes(output);
      return isGone ? [[node, `${asked.file} has no output ${output}`]] : [];
    });
    return [...badParameters(asked, given).map((what): [Node, string] => [module, what]), ...outputs];
  });
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

/** Modules exist, are given what they ask for and nothing else, and have the outputs that are used; so do files of parameters. */
export function wiringFaults(templates: readonly Template[]): string[] {
  const byFile = new Map(templates.map((template) => [template.file, template]));
  return templates.flatMap((template) => {
    const isParameters = template.file.endsWith('.bicepparam');
    const found = isParameters ? parameterFileFaults(template, byFile) : moduleFaults(template, byFile);
    return found.map(([node, what]) => `${placeOf(template, node)}: ${what}`);
  });
}
