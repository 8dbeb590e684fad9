/**
 * What the platform's Node worker and `@azure/functions` say to each other, as far as this host speaks it. The package
 * `@azure/functions-core` exists only inside the worker, so its types are written down here.
 */
export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
export type LogCategory = 'user' | 'system' | 'customMetric';

export type RpcTypedData = {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number;
  double?: number;
  http?: RpcHttpData;
};

export type RpcNullable<Value> = { value: Value };

export type RpcHttpCookie = {
  name: string;
  value: string;
  domain?: RpcNullable<string>;
  path?: RpcNullable<string>;
  expires?: RpcNullable<{ seconds: number }>;
  secure?: RpcNullable<boolean>;
  httpOnly?: RpcNullable<boolean>;
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  maxAge?: RpcNullable<number>;
};

export type RpcHttpData = {
  method?: string;
  url?: string;
  statusCode?: string;
  headers?: Record<string, string>;
  cookies?: RpcHttpCookie[];
  body?: RpcTypedData | null;
  nullableHeaders?: Record<string, RpcNullable<string>>;
  nullableQuery?: Record<string, RpcNullable<string>>;
  nullableParams?: Record<string, RpcNullable<string>>;
};

/**
 * A binding as the library registers it, with the triggers' own fields that this host reads; the library checks none
 * of them.
 */
export type BindingInfo = {
  type?: string;
  direction?: string;
  dataType?: string;
  route?: unknown;
  methods?: unknown;
  schedule?: unknown;
  runOnStartup?: unknown;
  useMonitor?: unknown;
  connection?: unknown;
  queueName?: unknown;
  topicName?: unknown;
  cardinality?: unknown;
  isSessionsEnabled?: unknown;
  sdkBinding?: unknown;
  autoCompleteMessages?: unknown;
};

export type FunctionMetadata = { name: string; bindings: Record<string, BindingInfo> };
export type FunctionCallback = (...inputs: unknown[]) => unknown;

export type InvocationRequest = {
  invocationId: string;
  inputData: { name: string; data: RpcTypedData }[];
  triggerMetadata: Record<string, RpcTypedData>;
  traceContext: { traceParent: string; traceState: string; attributes: Record<string, string> };
};

export type InvocationResponse = { invocationId: string; returnValue?: RpcTypedData | null };

export type InvocationState = 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;

export type CoreInvocationContext = {
  invocationId: string;
  request: InvocationRequest;
  metadata: FunctionMetadata;
  state: InvocationState;
  log(level: LogLevel, category: LogCategory, message: string): void;
};

export type InvocationModel = {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
};

export type ProgrammingModel = {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
};

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';
export type HookCallback = (context: Record<string, unknown>) => unknown;
export type Disposable = { dispose(): void };

/** The module object that `require('@azure/functions-core')` gives. */
export type CoreModule = {
  version: string;
  hostVersion: string;
  setProgrammingModel(model: ProgrammingModel): void;
  getProgrammingModel(): ProgrammingModel | undefined;
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable;
  registerHook(name: HookName, callback: HookCallback): Disposable;
  log(level: LogLevel, category: LogCategory, message: string): void;
};
