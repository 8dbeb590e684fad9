import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { buildDeployRoot } from '../build.ts';
import { pairedRatio } from './figures.ts';

const rounds = 15;

/** Milliseconds inside a fresh process from before the import to after it. */
function loadMs(file: string, env: Record<string, string>): number {
  const code = `const t = performance.now(); await import(${JSON.stringify(resolve(file))}); console.log(performance.now() - t);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  const ms = Number(stdout.trim().split('\n').at(-1));
  if (Number.isNaN(ms)) throw new Error(`the bundle did not load: ${stderr}`);
  return ms;
}

/** Files that load with the entry: it and what it imports statically, not what waits behind a dynamic import. */
function loadedWith(metafile: Metafile, entry: string): { files: number; bytes: number } {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { path, kind, external } of metafile.outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) visit(path);
    }
  };
  visit(entry);
  return { files: seen.size, bytes: [...seen].reduce((sum, file) => sum + (metafile.outputs[file]?.bytes ?? 0), 0) };
}

/** Load time of the deploy root against a hello-world bundle of the same library, and what loads on the HTTP path. */
export async function benchLoad(folder: string): Promise<void> {
  const metafile = await buildDeployRoot(join(folder, 'dist'));
  await mkdir(join(folder, 'hello'), { recursive: true });
  const source = join(folder, 'hello', 'source.ts');
  await writeFile(
    source,
    "import { app } from '@azure/functions';\napp.http('hello', { handler: async () => ({ body: 'hello' }) });\n",
  );
  const hello = join(folder, 'hello', 'index.mjs');
  await build({
    entryPoints: [source],
    outfile: hello,
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    external: ['@azure/functions-core'],
    nodePaths: [resolve('node_modules')],
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const settings = await exampleSettings();
  const entry = Object.keys(metafile.outputs).find(
    (file) => metafile.outputs[file]?.entryPoint === 'functions/index.ts',
  );
  const pairs = Array.from({ length: rounds }, () => {
    const desk = loadMs(join(folder, 'dist', 'index.js'), settings);
    return [desk, loadMs(hello, {})] as const;
  });
  const { files, bytes } = loadedWith(metafile, entry ?? '');
  console.log(`load time, deploy root : hello world    ${pairedRatio(pairs)}`);
  console.log(
    `loaded with the entry                    ${String(files)} files, ${String(Math.round(bytes / 1024))} KiB`,
  );
}

async function exampleSettings(): Promise<Record<string, string>> {
  const example = (await import('../../local.settings.example.json', { with: { type: 'json' } })).default;
  return example.Values;
}
