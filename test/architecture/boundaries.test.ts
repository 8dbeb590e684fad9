import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult, type IConfiguration } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';

const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as IConfiguration;

/** Names of the rules that a small tree of files breaks: each file imports the ones listed. */
async function brokenBy(files: Record<string, string[]>): Promise<string[]> {
  const baseDir = await mkdtemp(join(tmpdir(), 'desk-boundaries-'));
  try {
    for (const [file, imports] of Object.entries(files)) {
      await mkdir(join(baseDir, dirname(file)), { recursive: true });
      const up = '../'.repeat(file.split('/').length - 1);
      const lines = imports.map((other) => `import '${other.startsWith('node:') ? other : up + other}';`);
      await writeFile(join(baseDir, file), `${lines.join('\n')}\nexport const a = 1;\n`);
    }
    const { output } = await cruise(Object.keys(files), {
      baseDir,
      validate: true,
      ruleSet: { forbidden: forbidden ?? [] },
    });
    return [...new Set((output as ICruiseResult).summary.violations.map((violation) => violation.rule.name))].sort();
  } finally {
    await rm(baseDir, { recursive: true, force: true });
  }
}

const cases: { rule: string; files: Record<string, string[]> }[] = [
  {
    rule: 'no-circular',
    files: { 'shared/core/a.ts': ['shared/core/b.ts'], 'shared/core/b.ts': ['shared/core/a.ts'] },
  },
  { rule: 'nothing-imports-functions', files: { 'shared/health/a.ts': ['functions/x.ts'], 'functions/x.ts': [] } },
  {
    rule: 'functions-are-siblings',
    files: { 'functions/a.http.ts': ['functions/b.http.ts'], 'functions/b.http.ts': [] },
  },
  { rule: 'core-is-pure', files: { 'shared/core/a.ts': ['shared/platform/b.ts'], 'shared/platform/b.ts': [] } },
  {
    rule: 'domain-does-not-reach-adapters',
    files: { 'shared/health/a.ts': ['shared/health/b.graph.ts'], 'shared/health/b.graph.ts': [] },
  },
  {
    rule: 'platform-knows-no-capability',
    files: { 'shared/platform/a.ts': ['shared/health/b.ts'], 'shared/health/b.ts': [] },
  },
  {
    rule: 'production-does-not-import-tests-or-local',
    files: { 'functions/a.http.ts': ['local/b.ts'], 'local/b.ts': [] },
  },
  {
    rule: 'neighbours-of-requests',
    files: { 'shared/requests/a.ts': ['shared/health/b.ts'], 'shared/health/b.ts': [] },
  },
  {
    rule: 'neighbours-of-customers',
    files: { 'shared/customers/a.ts': ['shared/requests/b.ts'], 'shared/requests/b.ts': [] },
  },
  {
    rule: 'neighbours-of-statement',
    files: { 'shared/statement/a.ts': ['shared/portals/b.ts'], 'shared/portals/b.ts': [] },
  },
  {
    rule: 'neighbours-of-portals',
    files: { 'shared/portals/a.ts': ['shared/notices/b.ts'], 'shared/notices/b.ts': [] },
  },
  {
    rule: 'neighbours-of-health',
    files: { 'shared/health/a.ts': ['shared/requests/b.ts'], 'shared/requests/b.ts': [] },
  },
  {
    rule: 'neighbours-of-escalations',
    files: { 'shared/escalations/a.ts': ['shared/requests/b.ts'], 'shared/requests/b.ts': [] },
  },
  {
    rule: 'neighbours-of-notices',
    files: { 'shared/notices/a.ts': ['shared/requests/b.ts'], 'shared/requests/b.ts': [] },
  },
];

describe('boundaries', () => {
  it.each(cases)('refuse what $rule forbids', async ({ rule, files }) => {
    expect(await brokenBy(files)).toContain(rule);
  });

  it('let allowed neighbours be imported', async () => {
    const files = {
      'shared/requests/a.ts': ['shared/customers/b.ts', 'shared/core/c.ts'],
      'shared/customers/b.ts': [],
      'shared/core/c.ts': [],
    };
    expect(await brokenBy(files)).toEqual([]);
  });

  it('has a case for every rule', () => {
    expect(new Set(cases.map((each) => each.rule))).toEqual(new Set((forbidden ?? []).map((rule) => rule.name)));
  });
});
