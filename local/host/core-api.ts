import type {
  BindingInfo,
  CoreModule,
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  HookName,
  LogLevel,
  ProgrammingModel,
} from './core-types.ts';
import { injectedCore } from './inject-core.ts';

export type RegisteredFunction = {
  name: string;
  metadata: FunctionMetadata;
  handler: FunctionCallback;
  trigger: { name: string; binding: BindingInfo };
};

/** The worker's side of one app: what it registered, and the model by which its functions are called. */
export type FunctionsCore = {
  module: CoreModule;
  functions: ReadonlyMap<string, RegisteredFunction>;
  hooks(name: HookName): readonly HookCallback[];
  /** The library's converters; they arrive with the first registered function. */
  model(): ProgrammingModel;
  /**
   * Runs the app's registrations against this core. When they throw, the app has no functions, and the error passes
   * on.
   */
  load(register: () => unknown): Promise<void>;
};

type Options = { log?: (level: LogLevel, message: string) => void };

/**
 * Makes a core and offers it to `@azure/functions`, which asks for it at its first registration and then keeps the
 * answer: so create a core before anything is registered. A process may hold several cores one after the other; the
 * library sees whichever is loading.
 */
export function createCore({ log = () => undefined }: Options = {}): FunctionsCore {
  const injected = injectedCore();
  const functions = new Map<string, RegisteredFunction>();
  const hooks = new Map<HookName, HookCallback[]>();
  const hooksOf = (name: HookName) => hooks.get(name) ?? [];

  const module: CoreModule = {
    version: '3.0.0',
    hostVersion: '4.0.0',
    setProgrammingModel: (model) => {
      injected.model = model;
    },
    getProgrammingModel: () => injected.model,
    registerFunction: (metadata, handler) => {
      if (functions.has(metadata.name)) throw new Error(`A function named "${metadata.name}" is registered already.`);
      functions.set(metadata.name, { name: metadata.name, metadata, handler, trigger: triggerOf(metadata) });
      return { dispose: () => functions.delete(metadata.name) };
    },
    registerHook: (name, callback) => {
      hooks.set(name, [...hooksOf(name), callback]);
      return {
        dispose: () => {
          hooks.set(
            name,
            hooksOf(name).filter((hook) => hook !== callback),
          );
        },
      };
    },
    log: (level, _category, message) => {
      log(level, message);
    },
  };

  return {
    module,
    functions,
    hooks: hooksOf,
    model: () => {
      if (!injected.model) throw new Error('No function was registered through @azure/functions.');
      return injected.model;
    },
    load: async (register) => {
      injected.current = module;
      try {
        await register();
      } catch (error) {
        functions.clear();
        throw error;
      } finally {
        injected.current = undefined;
      }
    },
  };
}

function triggerOf(metadata: FunctionMetadata): RegisteredFunction['trigger'] {
  const trigger = Object.entries(metadata.bindings).find(([, binding]) =>
    binding.type?.toLowerCase().endsWith('trigger'),
  );
  if (!trigger) throw new Error(`Function "${metadata.name}" has no trigger.`);
  return { name: trigger[0], binding: trigger[1] };
}
