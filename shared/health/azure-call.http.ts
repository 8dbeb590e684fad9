import type { TroubleCode } from '../customers/coverage.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import type { Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { HttpFailure, retryAfterSeconds, type Http, type HttpAnswer, type HttpCall } from '../platform/http.ts';
import type { TokenSource } from '../platform/tokens.ts';
import type { AzureTenant } from './azure-health-source.ts';
import { ReadFailure } from './service-health.ts';
import { tokenInto } from './token-into.ts';

export type AzureDeps = {
  http: Http;
  tokens: TokenSource;
  clock: Pick<Clock, 'now' | 'sleep'>;
  cloud: Pick<DeskCloud, 'cloud' | 'endpoints'>;
};

/** Azure Resource Manager in one tenant, with one token. `call` answers 200 or throws `ReadFailure`. */
export type AzureSession = {
  deps: AzureDeps;
  call(request: Pick<HttpCall, 'method' | 'url' | 'body'>): Promise<HttpAnswer>;
};

/** Microsoft docs: "Guidance for throttled requests in Azure Resource Graph"; a 429 without a time is rare. */
const defaultRetrySeconds = 60;

/** A refusal that a person of the customer or partner ends, as Azure Resource Manager gave it. */
export class AzureRefusal extends ReadFailure {
  readonly status: number;

  constructor(code: TroubleCode, status: number) {
    super(code, `Azure answered ${String(status)}.`);
    this.status = status;
  }
}

export async function azureSession(deps: AzureDeps, tenant: AzureTenant): Promise<AzureSession> {
  const token = await tokenInto(deps.tokens, 'azure', tenant);
  const call: AzureSession['call'] = async (request) => {
    const answer = await exchange(deps, {
      ...request,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
      },
      timeoutMs: limits.upstreamCallMs,
      maxBytes: limits.upstreamAnswerBytes,
    });
    if (answer.status !== 200) throw refusal(deps, answer);
    return answer;
  };
  return { deps, call };
}

async function exchange({ http }: AzureDeps, call: HttpCall): Promise<HttpAnswer> {
  try {
    return await http(call);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new ReadFailure('microsoft-down', `No answer: ${error.reason}.`, { cause: error });
  }
}

/** Branches on the status. A 403 is a role that lacks on the subscription, whoever asks. */
function refusal({ clock }: AzureDeps, answer: HttpAnswer): ReadFailure {
  const { status } = answer;
  if (status === 401) return new AzureRefusal('token', status);
  if (status === 403) return new AzureRefusal('role-lacking', status);
  if (status !== 429) return new AzureRefusal('microsoft-down', status);
  const wait = retryAfterSeconds(answer, clock.now()) ?? defaultRetrySeconds;
  return new ReadFailure('throttled', 'Azure answered 429.', { retryAfterSeconds: wait });
}
