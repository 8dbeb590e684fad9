import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingNames } from '../../shared/platform/config.ts';
import { configurationDocument, exampleSettings, groups } from './configuration-document.ts';

const isOurs = (path: string) => !/(?:^|\/)(?:node_modules|dist|coverage|\.local)(?:\/|$)/.test(path);
const markdown = [
  'README.md',
  ...globSync('**/*.md', { exclude: (path) => !isOurs(path) }).filter((path) => path !== 'README.md'),
];
const read = (path: string) => readFileSync(path, 'utf8');
const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
const inBackticks = (text: string) =>
  [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

const { scripts, ...manifest } = JSON.parse(read('package.json')) as Record<
  'scripts' | 'dependencies' | 'devDependencies',
  Record<string, string>
>;
const packages = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
const commandsIn = (text: string) =>
  [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, run, short]) => run ?? short ?? '');

describe('commands', () => {
  it.each(markdown)('in %s exist', (path) => {
    expect(commandsIn(read(path)).filter((command) => !(command in scripts))).toEqual([]);
  });

  it.each(markdown)('in %s are given options that they have', (path) => {
    const unknown = [...read(path).matchAll(/\bnpm run ([\w:-]+) -- ([^`\n]*)/g)].flatMap(
      ([, command = '', given = '']) => {
        const [, file = ''] = /(\S+\.ts)/.exec(scripts[command] ?? '') ?? [];
        const options = [...given.matchAll(/(?<=^|\s)--([\w-]+)/g)].map(([, option = '']) => option);
        return options
          .filter((option) => !new RegExp(`^\\s*(?:.*[{ ])?'?${option}'?: \\{ type:`, 'm').test(read(file)))
          .map((option) => `${command} --${option}`);
      },
    );
    expect(unknown).toEqual([]);
  });

  it('are each explained in the table of the README', () => {
    const [, table = ''] = /^\| command +\| what +\|\n((?:\|.*\n)+)/m.exec(read('README.md')) ?? [];
    expect([...new Set(commandsIn(table))].sort()).toEqual(Object.keys(scripts).sort());
  });
});

describe('docs/configuration.md', () => {
  it('is made from the settings (vitest run test/architecture/documents.test.ts -u writes it)', async () => {
    await expect(await configurationDocument()).toMatchFileSnapshot('../../docs/configuration.md');
  });

  it('explains each setting once: those of the example file, among them all that the desk reads', () => {
    const explained = groups.flatMap(({ settings }) => Object.keys(settings));
    expect(explained.toSorted()).toEqual(Object.keys(exampleSettings).sort());
    expect(settingNames.filter((name) => !explained.includes(name))).toEqual([]);
  });
});

describe('decisions', () => {
  const decisions = globSync('docs/adr/*.md').sort();

  it('are numbered without a gap', () => {
    expect(decisions.length).toBeGreaterThan(0);
    const numbers = decisions.map((path) => Number(/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]));
    expect(numbers).toEqual(numbers.map((_, n) => n + 1));
  });

  it.each(decisions)('%s says its status, what was decided and what keeps it true', (path) => {
    const text = read(path);
    expect(text).toMatch(new RegExp(`^# ${String(Number(/\d{4}/.exec(path)?.[0]))}\\. `));
    expect(text).toMatch(/^Status: (?:accepted|superseded by \[.+\]\(.+\))\./m);
    expect(text).toMatch(/^\*\*Decision\.\*\* |^\| job +\| library +\| why/m);
    expect(text).toMatch(/^\*\*Checked by\*\* \S/m);
  });
});

describe('files that documents name', () => {
  const fileName = /^[\w.*][\w.*/{},-]*\.(?:ts|js|cjs|mjs|json|md|bicep)$/;
  const isThere = (name: string) =>
    existsSync(name) ||
    globSync(`**/${name.startsWith('.') ? '*' : ''}${name}`, { exclude: (path) => !isOurs(path) }).length > 0;

  it.each(markdown)('in %s are there', (path) => {
    const named = inBackticks(read(path)).filter(
      (code) => fileName.test(code) && isOurs(code) && !packages.includes(code),
    );
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });

  it.each(markdown)('in %s as folders are there', (path) => {
    const named = inBackticks(read(path)).filter((code) =>
      /^(?:functions|shared|local|scripts|test|docs|infra)\/[\w/-]*$/.test(code),
    );
    expect(named.filter((name) => !existsSync(name))).toEqual([]);
  });
});

describe('links', () => {
  const slugOf = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
  const anchorsOf = (path: string) =>
    [...read(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => slugOf(heading));

  it.each(markdown)('in %s lead somewhere', (path) => {
    const links = [...withoutCode(read(path)).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(
      ([, link = '']) => link,
    );
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });
});
