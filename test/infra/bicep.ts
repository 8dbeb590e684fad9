import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Language, Parser, type Node } from 'web-tree-sitter';

export type { Node };

/** A template or a file of parameters, and its syntax tree. */
export type Template = { file: string; text: string; root: Node };

await Parser.init();
const grammar = fileURLToPath(import.meta.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));
const parser = new Parser().setLanguage(await Language.load(await readFile(grammar)));

/**
 * The grammar knows `param name type = default` alone, and in a file of parameters `param name = value` has no type. A variable is
 * written just so, and is as long with its blanks: places in messages stay true.
 */
const asVariables = (text: string): string => text.replace(/^param(?=\s+\w+\s*=)/gm, 'var  ');

export function parseBicep(file: string, text: string): Template {
  const tree = parser.parse(file.endsWith('.bicepparam') ? asVariables(text) : text);
  if (tree === null) throw new Error(`${file} was not parsed`);
  return { file, text, root: tree.rootNode };
}

/** Where a node stands, as editors take it. */
export const placeOf = ({ file }: Template, { startPosition: { row, column } }: Node): string =>
  `${file}:${String(row + 1)}:${String(column + 1)}`;

/** What the grammar lets pass although the compiler does not: one `=` for two, and a parameter of a file that is given no value. */
const tooMuch = (template: Template): Node[] => [
  ...nodesOf(template.root, 'assignment_expression'),
  ...(template.file.endsWith('.bicepparam') ? nodesOf(template.root, 'parameter_declaration') : []),
];

/** The places that are no Bicep, with what stands there. */
export function syntaxErrors(template: Template): string[] {
  const unexpected = (node: Node) => `${placeOf(template, node)}: unexpected ${JSON.stringify(node.text.slice(0, 40))}`;
  const inside = (node: Node): string[] => {
    if (!node.hasError) return [];
    if (node.isMissing) return [`${placeOf(template, node)}: ${node.type} is missing`];
    return node.isError ? [unexpected(node)] : node.children.flatMap(inside);
  };
  return [...inside(template.root), ...tooMuch(template).map(unexpected)];
}

/** Every node of a kind, wherever it stands. */
export const nodesOf = (node: Node, ...kinds: string[]): Node[] => node.descendantsOfType(kinds);

const ofKind = (node: Node, kind: string): Node | undefined => node.namedChildren.find((child) => child.type === kind);

/** The name that a declaration gives. */
export const nameOf = (declaration: Node): string => ofKind(declaration, 'identifier')?.text ?? '';

/** The text of a string without interpolation; undefined of any other node. */
export function literal(node: Node | undefined): string | undefined {
  if (node?.type !== 'string' || node.namedChildren.some(({ type }) => type === 'interpolation')) return undefined;
  return node.namedChildren.map(({ text }) => text).join('');
}

/** What a name of a module, a resource or a file names: the string right behind a declaration's identifier. */
export const targetOf = (declaration: Node): string => literal(ofKind(declaration, 'string')) ?? '';

export type Property = { name: string; value: Node; node: Node };

export const propertiesOf = (object: Node): Property[] =>
  object.namedChildren
    .filter(({ type }) => type === 'object_property')
    .flatMap((node) => {
      const [key, value] = node.namedChildren;
      return key && value ? [{ name: literal(key) ?? key.text, value, node }] : [];
    });

/** The object that a resource or module is declared by, whatever loop or condition stands around it. */
export const bodyOf = (declaration: Node): Node | undefined =>
  declaration.namedChildren
    .filter(({ type }) => ['object', 'if_statement', 'for_statement'].includes(type))
    .flatMap((node) => (node.type === 'object' ? [node] : nodesOf(node, 'object')))
    .find((object) => ofKind(object, 'object_property') !== undefined);

/** The decorators of a declaration stand before it as a sibling. */
export function decoratorsOf(declaration: Node): Node[] {
  const before = declaration.previousNamedSibling;
  return before?.type === 'decorators' ? before.namedChildren.flatMap((node) => nodesOf(node, 'call_expression')) : [];
}

/** What is called, and with which arguments; undefined of any other node. */
export function callOf(node: Node | undefined): { name: string; args: Node[] } | undefined {
  const name = node?.type === 'call_expression' ? node.childForFieldName('function')?.text : undefined;
  if (name === undefined) return undefined;
  return { name, args: node?.childForFieldName('arguments')?.namedChildren ?? [] };
}
