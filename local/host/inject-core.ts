import { registerHooks } from 'node:module';

import type { CoreModule, ProgrammingModel } from './core-types.ts';

const coreName = '@azure/functions-core';
const slotKey = 'local-host.functions-core';
const coreUrl = new URL('./functions-core.cjs', import.meta.url).href;

/**
 * What the process holds once, whatever loads the library: its model, and the core that registrations go to at the
 * moment.
 */
type Injected = { module: CoreModule; model?: ProgrammingModel | undefined; current?: CoreModule | undefined };

const slots = globalThis as unknown as Record<symbol, Injected | undefined>;

/**
 * Makes `@azure/functions-core` resolvable, by `require` as in the platform's worker and by `import`; doing it again
 * changes nothing.
 */
export function injectedCore(): Injected {
  const known = slots[Symbol.for(slotKey)];
  if (known) return known;

  const injected: Injected = { module: delegate(() => injected.current) };
  slots[Symbol.for(slotKey)] = injected;
  // Assigning name by name lets Node see the exports of this CommonJS source for `import { … }`.
  const source = [
    `const core = globalThis[Symbol.for(${JSON.stringify(slotKey)})].module;`,
    ...Object.keys(injected.module).map((name) => `exports.${name} = core.${name};`),
  ].join('\n');

  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === coreName ? { url: coreUrl, format: 'commonjs', shortCircuit: true } : next(specifier, context),
    load: (url, context, next) =>
      url === coreUrl ? { format: 'commonjs', source, shortCircuit: true } : next(url, context),
  });
  return injected;
}

function delegate(current: () => CoreModule | undefined): CoreModule {
  const loading = () => {
    const core = current();
    // The worker refuses late registrations, since the host has indexed the app by then.
    if (!core) throw new Error('A function or hook can only be registered during app startup.');
    return core;
  };
  return {
    version: '3.0.0',
    hostVersion: '4.0.0',
    setProgrammingModel: (model) => {
      loading().setProgrammingModel(model);
    },
    getProgrammingModel: () => current()?.getProgrammingModel(),
    registerFunction: (metadata, callback) => loading().registerFunction(metadata, callback),
    registerHook: (name, callback) => loading().registerHook(name, callback),
    log: (level, category, message) => {
      current()?.log(level, category, message);
    },
  };
}
