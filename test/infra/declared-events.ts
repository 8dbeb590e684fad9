import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** A kind of log line as code declares it. */
export type DeclaredEvent = { id: string; level: string; file: string };

const marker = 'satisfies Record<string, LogEvent>';

/** Every event that the desk declares, read from the syntax of its modules. */
export function declaredEvents(): DeclaredEvent[] {
  return globSync('{shared,functions}/**/*.ts').flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return text.includes('LogEvent') ? eventsIn(file, text) : [];
  });
}

/** Throws where a file has a marker whose events it cannot read. */
export function eventsIn(file: string, text: string): DeclaredEvent[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const tables: ts.ObjectLiteralExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isSatisfiesExpression(node) && node.type.getText() === 'Record<string, LogEvent>') {
      const { expression } = node;
      const inside = ts.isAsExpression(expression) ? expression.expression : expression;
      if (ts.isObjectLiteralExpression(inside)) tables.push(inside);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  if (tables.length !== text.split(marker).length - 1) throw new Error(`${file} declares events that cannot be read`);
  return tables.flatMap(({ properties }) =>
    properties.map((property) => {
      const fields = ts.isPropertyAssignment(property) && ts.isObjectLiteralExpression(property.initializer);
      const [id, level] = fields
        ? ['id', 'level'].map((name) => textOf(property.initializer as ts.ObjectLiteralExpression, name))
        : [];
      if (id === undefined || level === undefined) throw new Error(`${file}: ${property.getText()} is no event`);
      return { id, level, file };
    }),
  );
}

function textOf({ properties }: ts.ObjectLiteralExpression, name: string): string | undefined {
  const found = properties.find((one) => one.name?.getText() === name);
  return found && ts.isPropertyAssignment(found) && ts.isStringLiteral(found.initializer)
    ? found.initializer.text
    : undefined;
}
