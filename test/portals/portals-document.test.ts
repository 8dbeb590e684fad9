import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as contracts from '../../shared/portals/route-contracts.ts';

const calls = [...readFileSync('docs/portals.md', 'utf8').matchAll(/```http\n(\w+) \/(\S+)\n([\s\S]*?)```/g)].map(
  ([, method = '', path = '', body = '']) => ({ call: `${method} ${path.replace('/harbour', '/{id}')}`, body }),
);
const bodies = Object.values(contracts).flatMap((contract) =>
  'body' in contract ? [{ call: `${contract.method} ${contract.path}`, schema: contract.body }] : [],
);

describe('docs/portals.md', () => {
  it('shows each call that takes a body', () => {
    expect([...new Set(calls.map(({ call }) => call))].sort()).toEqual(bodies.map(({ call }) => call).sort());
  });

  it.each(calls)('shows a body of $call that the desk takes', ({ call, body }) => {
    const schema = bodies.find((one) => one.call === call)?.schema;
    expect(schema?.safeParse(JSON.parse(body)).error).toBeUndefined();
  });
});
