import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(path, 'utf8');
const document = read('docs/deploy.md');
const template = read('infra/main.bicep');
const azdParameters = read('infra/main.bicepparam');

const all = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
const declared = (keyword: 'param' | 'output') => all(template, new RegExp(`^${keyword} (\\w+) `, 'gm'));
/** First and second cells of the table of what can be chosen. */
const chosen = (() => {
  const [, rows = ''] = /^\| parameter +\| variable .*\n\|[ -|]+\n((?:\|.*\n)+)/m.exec(document) ?? [];
  return rows.split('\n').flatMap((row) => {
    const [, parameters, variables] = row.split('|');
    return parameters === undefined
      ? []
      : [{ parameters: all(parameters, /`(\w+)`/g), variables: all(variables ?? '', /`(\w+)`/g) }];
  });
})();

describe('docs/deploy.md', () => {
  it('explains each parameter of the template once, and no other', () => {
    expect(chosen.flatMap(({ parameters }) => parameters).toSorted()).toEqual(declared('param').toSorted());
  });

  it('names for each parameter the variables by which azd and az set it', () => {
    const pattern = /^param (\w+) = .*readEnvironmentVariable\('(\w+)'/gm;
    const variableOf = new Map(
      [...azdParameters.matchAll(pattern)].map(([, name = '', variable = '']) => [name, variable]),
    );
    expect(chosen.map(({ variables }) => variables)).toEqual(
      chosen.map(({ parameters }) => parameters.flatMap((name) => variableOf.get(name) ?? [])),
    );
    expect(chosen.flatMap(({ variables }) => variables)).toHaveLength(variableOf.size);
  });

  it('reads outputs that the template has', () => {
    const outputs = declared('output');
    const set = all(document, /(?:azd env set|export) (DESK_\w+)/g);
    const used = all(document, /\b(DESK_[A-Z_]+)\b/g).filter(
      (name) => ![...chosen.flatMap(({ variables }) => variables), ...set, 'DESK_TOKEN'].includes(name),
    );
    expect(used.length).toBeGreaterThan(3);
    expect(used.filter((name) => !outputs.includes(name))).toEqual([]);
  });

  it('registers the resource providers of what the templates make, and no other', () => {
    const templates = globSync('infra/**/*.bicep').map(read).join('\n');
    const [, registered = ''] = /^for one in ([\w ]+); do\n {2}az provider register/m.exec(document) ?? [];
    // Roles and locks need no registration.
    const wanted = all(templates, /'Microsoft\.(\w+)\//g).filter((provider) => provider !== 'Authorization');
    expect(registered.split(' ').toSorted()).toEqual(wanted.toSorted());
  });

  it('names for each cloud the audience of federated credentials that the desk asks for', () => {
    const known = all(read('shared/customers/cloud.ts'), /tokenExchangeAudience: '([^']+)'/g);
    const [, table = ''] = /^\| cloud +\| audience .*\n\|[ -|]+\n((?:\|.*\n)+)/m.exec(document) ?? [];
    expect(all(table, /`(api:\/\/\w+)`/g)).toEqual(known);
  });
});
