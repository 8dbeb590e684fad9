import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const eslint = new ESLint();

/** The rules that a snippet breaks when it stands in the given file. */
async function broken(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return (result?.messages ?? []).map((message) => `${String(message.ruleId)}: ${message.message}`);
}

const domain = 'shared/core/hash.ts';
const platform = 'shared/platform/outbox.ts';
const trigger = 'functions/operations.http.ts';
const longFile = Array.from({ length: 301 }, (_, n) => `export const line${String(n)} = ${String(n)};`).join('\n');

const cases: { title: string; file: string; code: string; rule: string }[] = [
  {
    title: 'reading the wall clock by new Date()',
    file: domain,
    code: 'export const at = new Date();',
    rule: 'Ask the Clock',
  },
  {
    title: 'reading the wall clock by Date.now()',
    file: domain,
    code: 'export const at = Date.now();',
    rule: 'Ask the Clock',
  },
  {
    title: 'reading performance.now()',
    file: platform,
    code: 'export const at = performance.now();',
    rule: 'Ask the Clock',
  },
  {
    title: 'waiting by setTimeout',
    file: domain,
    code: 'setTimeout(() => undefined, 5);',
    rule: 'Wait and call through',
  },
  {
    title: 'waiting by setInterval',
    file: trigger,
    code: 'setInterval(() => undefined, 5);',
    rule: 'Wait and call through',
  },
  {
    title: 'calling fetch',
    file: platform,
    code: "export const page = fetch('https://a.example');",
    rule: 'Wait and call through',
  },
  {
    title: 'rolling Math.random()',
    file: domain,
    code: 'export const n = Math.random();',
    rule: 'Ask the Random port',
  },
  {
    title: 'making a UUID',
    file: domain,
    code: "import * as c from 'node:crypto';\nexport const id = c.randomUUID();",
    rule: 'Ask the Ids port',
  },
  {
    title: 'making random bytes',
    file: platform,
    code: "import * as c from 'node:crypto';\nexport const b = c.randomBytes(4);",
    rule: 'Ask the Ids port',
  },
  {
    title: 'a deadline of AbortSignal',
    file: domain,
    code: 'export const s = AbortSignal.timeout(5);',
    rule: 'clock.deadline',
  },
  { title: 'a default export', file: domain, code: 'export default 1;', rule: 'Named exports only' },
  { title: 'reading process.env', file: domain, code: 'export const e = process.env;', rule: 'Read settings through' },
  { title: 'writing to the console', file: trigger, code: "console.log('x');", rule: 'no-console' },
  {
    title: 'an SDK in a rule',
    file: 'shared/statement/statement.ts',
    code: "import { odata } from '@azure/data-tables';\nexport const q = odata``;",
    rule: 'Azure SDKs live in adapter files',
  },
  {
    title: 'the host in a capability',
    file: 'shared/statement/statement.ts',
    code: "import { app } from '@azure/functions';\nexport const a = app;",
    rule: 'know about the Functions host',
  },
  {
    title: 'the host in an adapter of a capability',
    file: 'shared/health/service-health.graph.ts',
    code: "import { app } from '@azure/functions';\nexport const a = app;",
    rule: 'know about the Functions host',
  },
  {
    title: 'an SDK in a trigger file',
    file: trigger,
    code: "import { odata } from '@azure/data-tables';\nexport const q = odata``;",
    rule: 'Azure SDKs live in adapter files',
  },
  {
    title: 'a type by interface',
    file: domain,
    code: 'export interface A { a: string }',
    rule: 'consistent-type-definitions',
  },
  {
    title: 'a type imported as a value',
    file: platform,
    code: "import { Clock } from '../core/clock.ts';\nexport type C = Clock;",
    rule: 'consistent-type-imports',
  },
  {
    title: 'a fourth parameter',
    file: domain,
    code: 'export const f = (a: number, b: number, c: number, d: number) => a + b + c + d;',
    rule: 'max-params',
  },
  { title: 'a file of more than 300 lines', file: domain, code: longFile, rule: 'max-lines' },
  {
    title: 'a switch that forgets a case',
    file: domain,
    code: "export const f = (x: 'a' | 'b') => { switch (x) { case 'a': return 1; } return 0; };",
    rule: 'switch-exhaustiveness-check',
  },
  {
    title: 'a function of more than twelve ways',
    file: domain,
    code: `export const f = (x: number) => { ${Array.from({ length: 12 }, (_, n) => `if (x === ${String(n)}) return ${String(n + 1)};`).join(' ')} return 0; };`,
    rule: 'complexity',
  },
  {
    title: 'a disabled rule that hides nothing',
    file: domain,
    code: '// eslint-disable-next-line no-console\nexport const a = 1;',
    rule: 'Unused eslint-disable',
  },
];

describe('lint refuses', () => {
  it.each(cases)('$title', async ({ file, code, rule }) => {
    expect(await broken(file, code)).toEqual(expect.arrayContaining([expect.stringContaining(rule)]));
  });

  it('nothing in a snippet that keeps the rules', async () => {
    expect(await broken(domain, 'export const add = (a: number, b: number): number => a + b;\n')).toEqual([]);
  });
});
