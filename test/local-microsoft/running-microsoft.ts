import { onTestFinished } from 'vitest';
import { partner } from '../../local/microsoft/seed-world.ts';
import { startMicrosoft } from '../../local/microsoft/start.ts';
import type { MicrosoftOptions } from '../../local/microsoft/start.ts';
import { createWorldClock } from '../../local/world-clock.ts';

export type Answer = {
  status: number;
  headers: Headers;
  body: unknown;
  text: string;
  /** What the body holds at a path such as `value/0/id`; `*` takes each item of a list. */
  at(path: string): unknown;
  /** The same where a text is needed. */
  textAt(path: string): string;
};

type CallOptions = { method?: string; headers?: Record<string, string>; body?: string | object };

export type RunningMicrosoft = Awaited<ReturnType<typeof runningMicrosoft>>;

export const graph = 'https://graph.microsoft.com';
export const partnerCenter = 'https://api.partnercenter.microsoft.com';
export const azure = 'https://management.azure.com';

/** A simulated Microsoft on a free port whose clock the test moves; it ends with the test. */
export async function runningMicrosoft(options: Partial<MicrosoftOptions> = {}, startAt = '2026-11-24T09:00:00Z') {
  const clock = createWorldClock(() => Date.parse(startAt));
  const timers: Record<string, boolean>[] = [];
  const advance = (seconds: number) => clock.setOffset(clock.offsetMs() + seconds * 1000);
  const part = await startMicrosoft(
    { port: 0, ...options },
    {
      clock,
      advance,
      timers: (set) => {
        timers.push(set);
      },
    },
  );
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await part.stop();
    isStopped = true;
  };
  onTestFinished(stop);

  const baseUrl = part.settings.GRAPH_BASE_URL!.replace('/graph', '');
  const call = async (path: string, { method, headers, body }: CallOptions = {}): Promise<Answer> => {
    const response = await fetch(path.startsWith('http') ? path : `${baseUrl}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(typeof body === 'object' && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: unknown = text === '' ? undefined : JSON.parse(text);
    const at = (place: string) => fieldAt(json, place);
    const textAt = (place: string) => String(at(place));
    return { status: response.status, headers: response.headers, text, body: json, at, textAt };
  };
  const tokenCall = (tenant: string, form: Record<string, string>) =>
    call(`/entra/${tenant}/oauth2/v2.0/token`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        client_id: partner.clientId,
        client_secret: partner.clientSecret,
        ...form,
      }).toString(),
    });
  const bearer = async (tenant: string, resource: string) => {
    const answer = await tokenCall(tenant, { grant_type: 'client_credentials', scope: `${resource}/.default` });
    return { authorization: `Bearer ${answer.at('access_token') as string}` };
  };
  const userBearer = async (tenant: string, resource: string) => {
    const form = { grant_type: 'refresh_token', refresh_token: partner.refreshToken, scope: `${resource}/.default` };
    const answer = await tokenCall(tenant, form);
    return { authorization: `Bearer ${answer.at('access_token') as string}` };
  };
  const control = (body: object) => call('/_control', { body });
  const told = () => call('/_control');
  return {
    baseUrl,
    settings: part.settings,
    clock,
    timers,
    advance,
    stop,
    call,
    tokenCall,
    bearer,
    userBearer,
    control,
    /** What the control endpoint tells about the world. */
    told,
  };
}

function fieldAt(value: unknown, path: string): unknown {
  const [step = '', ...rest] = path.split('/');
  if (step === '') return value;
  if (step === '*') return (value as unknown[]).map((item) => fieldAt(item, rest.join('/')));
  return fieldAt((value as Partial<Record<string, unknown>> | undefined)?.[step], rest.join('/'));
}
