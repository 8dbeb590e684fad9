import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** Where a secret, or something made of one, is at hand. */
const files = ['standard-webhooks', 'described-hmac', 'shared-secret', 'public-key', 'text-secret'];

/** Names under which these files hold secrets and what is compared with them. */
const secretNames = /mac$|macs$|digest|hash|signature|secret$|secrets$|^keys?$|^given$|expected|password/i;
const equalities = [
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
];
const comparingMethods = ['equals', 'compare', 'includes', 'indexOf', 'localeCompare', 'endsWith', 'search', 'match'];

const namesSecret = (node: ts.Expression): boolean =>
  (ts.isIdentifier(node) && secretNames.test(node.text)) ||
  (ts.isPropertyAccessExpression(node) && secretNames.test(node.name.text)) ||
  (ts.isCallExpression(node) && namesSecret(node.expression)) ||
  (ts.isPropertyAccessExpression(node) && namesSecret(node.expression) && node.name.text !== 'length');

const isNothing = (node: ts.Expression) =>
  node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === 'undefined');

/** Comparisons that stop at the first difference, of what may be secret. */
function quickComparisons(code: string): string[] {
  const source = ts.createSourceFile('a.ts', code, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && equalities.includes(node.operatorToken.kind)) {
      const sides = [node.left, node.right];
      // What a description says of a key is compared with words of our own.
      const isWord = sides.some((side) => isNothing(side) || ts.isStringLiteral(side));
      if (!isWord && sides.some((side) => namesSecret(side))) found.push(node.getText());
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression } = node.expression;
      const touches = [expression, ...node.arguments].some((part) => namesSecret(part));
      if (comparingMethods.includes(name.text) && touches) found.push(node.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const read = (name: string) => readFileSync(`shared/portals/${name}.ts`, 'utf8');

describe('secrets and signatures', () => {
  it.each(files)('are never compared in %s by a way that stops at the first difference', (name) => {
    expect(quickComparisons(read(name))).toEqual([]);
  });

  it('are compared by the library of Node alone', () => {
    const comparing = files.filter((name) => /\b(?:timingSafeEqual|verify)\(/.test(read(name)));
    expect(comparing).toEqual(['standard-webhooks', 'described-hmac', 'shared-secret', 'public-key']);
  });

  it.each([
    'mac === given',
    'signature !== header',
    'mac.equals(given)',
    'macs.includes(text)',
    "Buffer.compare(mac, Buffer.from(''))",
    "hmac.digest('hex') == text",
    'message.signature === text',
  ])('would be found in %s', (code) => {
    expect(quickComparisons(code)).toHaveLength(1);
  });
});
