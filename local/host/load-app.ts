import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import * as z from 'zod';

import type { FunctionsCore } from './core-api.ts';
import { errorText, type HostLog } from './host-log.ts';

const packageSchema = z.object({ main: z.string() });

/**
 * Loads the app of a deploy root: the file that `main` of its `package.json` names. As on the platform an entry file
 * that throws leaves a host that runs, without functions; the log says why.
 */
export async function loadApp(core: FunctionsCore, { root, log }: { root: string; log: HostLog }): Promise<void> {
  try {
    const { main } = packageSchema.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    await core.load(() => import(pathToFileURL(join(root, main)).href));
  } catch (error) {
    log.warn(`Worker was unable to load entry point of ${root}: ${errorText(error)}`);
    return;
  }
  if (core.functions.size === 0) {
    log.warn('No functions were found: the entry point registers none.');
    return;
  }
  const capabilities = (await core.model().getCapabilities?.({})) ?? {};
  if (capabilities.HttpUri) throw new Error('HTTP streaming (app.setup) is not supported by the local host.');
}
