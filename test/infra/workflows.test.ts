import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { workflowFaults } from './workflow-rules.ts';

const files = globSync('.github/workflows/*.{yml,yaml}').sort();
const textOf = (name: string) => readFileSync(`.github/workflows/${name}`, 'utf8');

type Jobs = { jobs: Record<string, { needs?: string; steps: { run?: string }[] }> };
const jobsOf = (name: string) => (parse(textOf(name)) as Jobs).jobs;

describe('the workflows', () => {
  it('are those that are known here', () => {
    expect(files.map((file) => basename(file))).toEqual(['ci.yml', 'release.yml']);
  });

  it.each(['ci.yml', 'release.yml'])('keep every rule: %s', (name) => {
    expect(workflowFaults(textOf(name))).toEqual([]);
  });

  it('check first, then run the desk, then compile the templates and compare them with Azure', () => {
    const order = Object.entries(jobsOf('ci.yml')).map(([name, { needs }]) => [name, needs]);
    expect(order).toEqual([
      ['check', undefined],
      ['system', 'check'],
      ['infra', 'system'],
      ['what-if', 'infra'],
    ]);
  });

  it('compare with Azure by an identity that may not write there', () => {
    const runs = jobsOf('ci.yml')['what-if']?.steps.flatMap(({ run }) => run ?? []) ?? [];
    // By default Azure refuses who could not deploy what is compared.
    expect(runs.at(-1)).toMatch(/^az deployment group what-if .* --validation-level ProviderNoRbac$/);
  });

  it('publish only what passed the whole gate', () => {
    const { package: made, publish } = jobsOf('release.yml');
    const runs = made?.steps.flatMap(({ run }) => run ?? []) ?? [];
    expect(runs.indexOf('npm test')).toBeGreaterThan(-1);
    expect(runs.indexOf('npm run build')).toBeGreaterThan(runs.indexOf('npm test'));
    expect(publish?.needs).toBe('package');
  });

  it.each<[string, RegExp, string, RegExp]>([
    ['a tag for a commit', /(actions\/checkout)@\w+ # v/, '$1@v', /checkout@v7.0.1 is no commit/],
    ['a short commit', /(actions\/checkout@\w{12})\w+/, '$1', /is no commit with its version/],
    ['no version beside the commit', /(actions\/checkout@\w+) # .*/, '$1', /is no commit with its version/],
    [
      'rights for all jobs',
      /^permissions:\n {2}contents: read/m,
      'permissions:\n  contents: write',
      /may do more than read/,
    ],
    ['rights left to the repository', /^permissions:\n {2}contents: read\n/m, '', /may do more than read/],
    [
      'a right that nothing needs',
      /id-token: write/,
      'id-token: write\n      packages: write',
      /may packages: write and needs not/,
    ],
    ['a job without an end', / *timeout-minutes: 15\n/, '', /check: it may run for hours/],
    ['forks with rights', /^ {2}pull_request:/m, '  pull_request_target:', /it runs on pull_request_target/],
    ['a secret', /\$\{\{ vars\.AZURE_CLIENT_ID \}\}/, '${{ secrets.AZURE_CLIENT_SECRET }}', /it reads a secret/],
    [
      'a script that others write',
      /npm run check/,
      'npm run check ${{ github.head_ref }}',
      /expression stands in a script/,
    ],
    ['a command that is gone', /npm run check/, 'npm run checks', /no npm run checks/],
    ['tests that are gone', /--project system/, '--project systems', /vitest has no project systems/],
    ['a template that is gone', /infra\/main\.bicep/, 'infra/all.bicep', /there is no infra\/all\.bicep/],
    ['a token left behind', / *with:\n *persist-credentials: false\n/, '', /the checkout keeps its token/],
    ['runs on main broken off', /cancel-in-progress: .*/, 'cancel-in-progress: true', /breaks off more/],
    ['a machine that changes', /ubuntu-24\.04/, 'ubuntu-latest', /whatever is newest/],
    [
      'packages that run with rights',
      /run: az deployment/,
      'run: npm ci && az deployment',
      /packages of others run with a right/,
    ],
    ['a word that GitHub does not know', /timeout-minutes/, 'timeout-minute', /Unrecognized key/],
  ])('are told from such with %s', (...[, pattern, put, said]) => {
    const text = textOf('ci.yml');
    expect(text).toMatch(pattern);
    expect(workflowFaults(text.replace(pattern, put)).join('\n')).toMatch(said);
  });
});
