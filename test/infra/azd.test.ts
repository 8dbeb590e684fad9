import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { literal, nodesOf, propertiesOf } from './bicep.ts';
import { templates } from './templates.ts';

const hook = z.object({ run: z.string() });
const projectSchema = z.object({
  infra: z.object({ path: z.string(), module: z.string() }),
  services: z.record(z.string(), z.object({ dist: z.string(), host: z.literal('function') })),
  hooks: z.record(z.string(), z.object({ posix: hook, windows: hook })),
});

const project = projectSchema.parse(parse(readFileSync('azure.yaml', 'utf8')));
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

describe('what azd is told', () => {
  it('is a template that exists, and the folder that the build makes', () => {
    const { path, module } = project.infra;
    expect(templates.map(({ file }) => file)).toContain(`${path}/${module}.bicep`);
    expect(existsSync(`${path}/${module}.bicepparam`)).toBe(true);
    expect(Object.values(project.services).map(({ dist }) => dist)).toEqual(['dist']);
  });

  it('is the service whose name the templates write on the app, on whatever plan', () => {
    const tags = templates
      .flatMap(({ root }) => nodesOf(root, 'object'))
      .flatMap(propertiesOf)
      .filter(({ name }) => name === 'azd-service-name');
    expect(tags.length).toBeGreaterThan(0);
    const names = new Set(tags.map(({ value }) => literal(value)));
    expect([...names]).toEqual(Object.keys(project.services));
  });

  it('is to run commands that exist, the same on every system', () => {
    for (const { posix, windows } of Object.values(project.hooks)) {
      const [, command = ''] = /^npm run ([\w:-]+)$/.exec(posix.run) ?? [];
      expect(scripts).toHaveProperty([command]);
      expect(windows.run).toBe(posix.run);
    }
  });
});

describe('the linter of the templates', () => {
  it('knows no warnings: a rule is an error or it is not there', () => {
    type Rules = { analyzers: { core: { enabled: boolean; rules: Record<string, { level: string }> } } };
    const { enabled, rules } = (JSON.parse(readFileSync('infra/bicepconfig.json', 'utf8')) as Rules).analyzers.core;
    expect(enabled).toBe(true);
    expect(Object.entries(rules).filter(([, { level }]) => level !== 'error')).toEqual([]);
  });
});
