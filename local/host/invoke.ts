import { randomBytes, randomUUID } from 'node:crypto';

import type { FunctionsCore, RegisteredFunction } from './core-api.ts';
import type {
  CoreInvocationContext,
  FunctionCallback,
  HookName,
  InvocationRequest,
  InvocationResponse,
  RpcTypedData,
} from './core-types.ts';
import { errorText, type HostLog } from './host-log.ts';

export type Invocation = {
  /** What the trigger's binding is given. */
  input: RpcTypedData;
  triggerMetadata?: Record<string, RpcTypedData>;
  /** W3C `traceparent` of whoever caused this; without one a trace begins. */
  traceParent?: string | undefined;
};

export type Invoker = {
  /**
   * Calls the function through the library's converters. Rejects when it throws, or when it outlives
   * `functionTimeout`; both are logged.
   */
  invoke(fn: RegisteredFunction, invocation: Invocation): Promise<InvocationResponse>;
  /** Resolves when nothing is running, or after `withinMs`. */
  drain(withinMs: number): Promise<void>;
};

type Options = { core: FunctionsCore; functionTimeoutMs: number; log: HostLog };

export function createInvoker({ core, functionTimeoutMs, log }: Options): Invoker {
  const running = new Set<Promise<unknown>>();
  return {
    invoke: (fn, invocation) => {
      const context = coreContext(fn, { invocation, core, log });
      const run = within(functionTimeoutMs, runInvocation(core, fn, context)).catch((error: unknown) => {
        log.warn(`Function '${fn.name}' failed (${context.invocationId}): ${errorText(error)}`);
        throw error;
      });
      running.add(run);
      const done = () => running.delete(run);
      run.then(done, done);
      return run;
    },
    drain: async (withinMs) => {
      // Failures are the callers' affair; here only the end matters.
      await within(withinMs, Promise.allSettled(running)).catch(() => undefined);
    },
  };
}

/**
 * The order of the platform's worker: arguments, pre-invocation hooks, the handler, post-invocation hooks, the
 * response.
 */
async function runInvocation(core: FunctionsCore, fn: RegisteredFunction, context: CoreInvocationContext) {
  const model = core.model().getInvocationModel(context);
  const { context: invocationContext, inputs } = await model.getArguments();
  const hookData = {};
  const runHooks = async (name: HookName, hookContext: Record<string, unknown>) => {
    for (const hook of core.hooks(name)) await hook(hookContext);
  };

  const pre = { hookData, invocationContext, functionCallback: fn.handler as unknown, inputs };
  context.state = 'preInvocationHooks';
  await runHooks('preInvocation', pre);

  const post = { hookData, invocationContext, inputs: pre.inputs, result: null as unknown, error: null as unknown };
  context.state = 'invocation';
  try {
    post.result = await model.invokeFunction(invocationContext, pre.inputs, pre.functionCallback as FunctionCallback);
  } catch (error) {
    post.error = error instanceof Error ? error : new Error(`The function threw ${String(error)}.`);
  }

  context.state = 'postInvocationHooks';
  await runHooks('postInvocation', post);
  context.state = undefined;
  if (post.error instanceof Error) throw post.error;
  return model.getResponse(invocationContext, post.result);
}

type ContextOptions = { invocation: Invocation; core: FunctionsCore; log: HostLog };

function coreContext(fn: RegisteredFunction, { invocation, core, log }: ContextOptions): CoreInvocationContext {
  const invocationId = randomUUID();
  const request: InvocationRequest = {
    invocationId,
    inputData: [{ name: fn.trigger.name, data: invocation.input }],
    triggerMetadata: invocation.triggerMetadata ?? {},
    traceContext: { traceParent: childTrace(invocation.traceParent), traceState: '', attributes: {} },
  };
  return {
    invocationId,
    request,
    metadata: fn.metadata,
    state: undefined,
    log: (level, category, message) => {
      const line = { level, category, message, hookData: {} };
      for (const hook of core.hooks('log')) hook(line);
      log.user({ level: line.level, functionName: fn.name, invocationId, message: line.message });
    },
  };
}

/** A span of its own in the caller's trace. */
function childTrace(traceParent: string | undefined): string {
  const [, trace, flags] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/.exec(traceParent ?? '') ?? [];
  return `00-${trace ?? randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-${flags ?? '00'}`;
}

/** Bounds a promise in real time: a jump of the world's clock ends no running function. */
async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  if (!Number.isFinite(ms)) return work;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Timeout value of ${String(ms / 1000)} s was exceeded by the function; it is abandoned.`));
    }, ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
