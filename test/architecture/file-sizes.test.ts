import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const linesOf = (pattern: string) =>
  globSync(pattern, { exclude: (name) => name === 'node_modules' || name === 'dist' })
    .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
    .sort((a, b) => b.lines - a.lines);

const source = ['functions', 'shared', 'local', 'scripts'].flatMap((folder) => linesOf(`${folder}/**/*.ts`));

describe('file sizes', () => {
  it('stay small: none over 300 lines, the median printed', () => {
    const sorted = source.map(({ lines }) => lines).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const largest = [...source].sort((a, b) => b.lines - a.lines).slice(0, 5);
    console.log(`${String(sorted.length)} source files, median ${String(median)} lines; largest:`, largest);
    expect(source.length).toBeGreaterThan(0);
    expect(largest.filter(({ lines }) => lines > 300)).toEqual([]);
  });

  it('keep trigger files to translation: none over 60 lines', () => {
    const triggers = linesOf('functions/*.{http,queue,timer}.ts');
    const over = triggers.filter(({ lines }) => lines > 60);
    expect(triggers.length).toBeGreaterThan(0);
    expect(over).toEqual([]);
  });
});
