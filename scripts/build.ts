import { cp, glob, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build, stop, type Metafile } from 'esbuild';

/**
 * Makes the deploy root. `@azure/functions-core` stays external: the platform's worker injects it through `require`, which an ES
 * module has only if the banner makes one.
 */
export async function buildDeployRoot(folder = 'dist'): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    metafile: true,
    entryPoints: ['functions/index.ts'],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['@azure/functions-core'],
    chunkNames: 'chunks/[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  // The bundler keeps a process of its own; nobody needs it once the bundle is there.
  await stop();
  await cp('host.json', `${folder}/host.json`);
  const manifest = { name: 'csp-support-desk', private: true, type: 'module', main: 'index.js' };
  await writeFile(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  return metafile;
}

export type DeployRootSize = {
  files: number;
  bytes: number;
  /** The same files after deflate, as in a zip. */
  compressedBytes: number;
};

/** What a folder weighs, the folders in it included. */
export async function sizeOf(folder: string): Promise<DeployRootSize> {
  const size: DeployRootSize = { files: 0, bytes: 0, compressedBytes: 0 };
  for await (const entry of glob('**', { cwd: folder, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const content = await readFile(join(entry.parentPath, entry.name));
    size.files += 1;
    size.bytes += content.length;
    size.compressedBytes += deflateRawSync(content).length;
  }
  return size;
}

if (import.meta.main) {
  await buildDeployRoot();
  const { files, bytes, compressedBytes } = await sizeOf('dist');
  const [large, small] = [bytes, compressedBytes].map((count) => `${count.toLocaleString('en')} bytes`);
  console.log(`The deploy root is in dist/: ${String(files)} files, ${String(large)}, ${String(small)} compressed.`);
}
