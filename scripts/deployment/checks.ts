import { whyNot, type DeskAnswer, type DeskCall } from '../../local/call-desk.ts';
import { limits } from '../../shared/core/limits.ts';
import type { DeploymentCheck } from '../../shared/platform/deployment-check-contracts.ts';

/** What one check came to. `skipped` is no failure: there was no token for it. */
export type Result = {
  name: string;
  state: 'ok' | 'failed' | 'skipped';
  tookMs: number;
  said: string;
  more?: string[];
};

export type CheckDeps = {
  /** Calls the desk. Throws where it does not answer, or answers no JSON. */
  ask: (path: string, call?: DeskCall) => Promise<DeskAnswer>;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Of a Desk.Admin, or why there is none. */
  token: { value: string } | { missing: string };
  tell: (result: Result) => void;
};

/** A cold start of an app that was just deployed, the first sweep of it, and what the desk gives a message. */
const patience = { liveMs: 120_000, readyMs: 60_000, sweptMs: 150_000, handledMs: 75_000 };
const sweepAgeSecondsMax = 120;
const pauseMs = 500;

type Part = { name: string; ready: boolean; detail?: Record<string, unknown>; error?: string };
type Readyz = { ready: boolean; parts?: Part[] };

/** Runs every check, whatever the ones before came to, and returns how many failed. */
export async function checkDeployment(deps: CheckDeps): Promise<number> {
  let failed = 0;
  const tell = (result: Result) => {
    if (result.state === 'failed') failed++;
    deps.tell(result);
  };
  /** Tries until it says something, at most for so long; returns whether it came to that in time. */
  const check = async (name: string, withinMs: number, attempt: () => Promise<Said>): Promise<boolean> => {
    const startedAt = deps.now();
    for (;;) {
      const { ok, isFinal, ...said } = await attempt().catch((error: unknown): Said => ({
        ok: false,
        said: whyNot(error),
      }));
      const tookMs = deps.now() - startedAt;
      if (ok || isFinal === true || tookMs >= withinMs) {
        tell({ name, state: ok ? 'ok' : 'failed', tookMs, ...said });
        return ok;
      }
      await deps.sleep(pauseMs);
    }
  };

  const isAlive = await check('livez', patience.liveMs, async () => {
    const { status } = await deps.ask('/api/livez');
    return { ok: status === 200, said: status === 200 ? 'answers' : `answers ${String(status)}` };
  });
  // Nobody waits again for an app that did not come up.
  const within = (ms: number): number => (isAlive ? ms : 0);
  const token = 'value' in deps.token ? { token: deps.token.value } : {};
  await check('readyz', within(patience.readyMs), async () => readyOf(await deps.ask('/api/readyz', token)));
  if ('missing' in deps.token) {
    tell({ name: 'timers, tokens, queues', state: 'skipped', tookMs: 0, said: deps.token.missing });
    return failed;
  }
  await check('timers', within(patience.sweptMs), async () => sweptOf(await deps.ask('/api/readyz', token)));
  await checkInside(deps, { token, tell, check, within });
  return failed;
}

/** `isFinal`: waiting does not mend it. */
type Said = { ok: boolean; said: string; more?: string[]; isFinal?: boolean };
type Inside = {
  token: DeskCall;
  tell: (result: Result) => void;
  check: (name: string, withinMs: number, attempt: () => Promise<Said>) => Promise<boolean>;
  within: (ms: number) => number;
};

/** What only the desk itself can try. */
async function checkInside({ ask }: CheckDeps, { token, tell, check, within }: Inside): Promise<void> {
  let begun: DeploymentCheck | undefined;
  await check('check of the desk', 0, async () => {
    const { status, json } = await ask('/api/operations/checks', { ...token, body: {} });
    if (status !== 202) return { ok: false, said: `answers ${String(status)}: ${JSON.stringify(json.detail)}` };
    begun = json as unknown as DeploymentCheck;
    return { ok: true, said: `begun as ${begun.id}` };
  });
  if (!begun) return;
  for (const { connectionId, ok, tookMs, said, proof, remedy } of begun.exchanges) {
    const more = remedy === undefined ? [] : [`→ ${remedy}`];
    tell({ name: `token of ${connectionId}`, state: ok ? 'ok' : 'failed', tookMs, said: `by ${proof}: ${said}`, more });
  }
  const path = `/api/operations/checks/${begun.id}`;
  await check('queues', within(patience.handledMs), async () => handledOf(await ask(path, token)));
}

function readyOf({ status, json }: DeskAnswer): Said {
  const { ready, parts = [] } = json as unknown as Readyz;
  const away = parts.filter((part) => !part.ready);
  const said = ready ? 'ready' : `not ready (${String(status)})${away.map(({ name }) => ` ${name}`).join()}`;
  return { ok: status === 200 && ready, said, more: parts.map(lineOf) };
}

const lineOf = ({ name, ready, detail = {}, error }: Part): string =>
  `${name}: ${error ?? [ready ? 'ready' : 'not ready', ...figuresIn(detail)].join(', ')}`;

/** Ages, counts and times, wherever they stand; the rest is for whoever asks the desk itself. */
function figuresIn(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => figuresIn(one, path));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, member]) => figuresIn(member, path === '' ? key : `${path}.${key}`));
  }
  const isFigure = /At$|Age|Days|daysLeft|Seconds|Ms$|[oO]wed|oisoned|deadLetters|trouble/.test(path);
  return isFigure && (typeof value === 'string' || typeof value === 'number') ? [`${path} ${String(value)}`] : [];
}

function sweptOf({ json }: DeskAnswer): Said {
  const { parts } = json as unknown as Readyz;
  if (!parts) return { ok: false, said: 'the token has expired, or is of nobody who may read here', isFinal: true };
  const age = parts.find(({ name }) => name === 'timers')?.detail?.sweepAgeSeconds;
  if (typeof age !== 'number') return { ok: false, said: 'no sweep yet' };
  return { ok: age <= sweepAgeSecondsMax, said: `the last sweep was ${String(age)} s ago` };
}

function handledOf({ status, json }: DeskAnswer): Said {
  if (status !== 200) return { ok: false, said: `answers ${String(status)}` };
  const { state, queues } = json as unknown as DeploymentCheck;
  const lost = queues.filter(({ lateMs }) => lateMs === null || lateMs > limits.checkMs).map(({ queue }) => queue);
  const said = lost.length === 0 ? 'a message came through each' : `${state}: not handled in time: ${lost.join(', ')}`;
  const late = (lateMs: number | null) => (lateMs === null ? 'not handled' : `handled after ${String(lateMs)} ms`);
  return { ok: lost.length === 0, said, more: queues.map(({ queue, lateMs }) => `${queue}: ${late(lateMs)}`) };
}
