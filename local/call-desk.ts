/** A call to the running desk, as a portal or a person makes it. */
export type DeskCall = {
  method?: string;
  token?: string;
  headers?: Record<string, string>;
  body?: unknown;
  timeoutMs?: number;
};

export type DeskAnswer = { status: number; headers: Headers; json: Record<string, unknown> };

/** Calls the desk over HTTP with JSON both ways. Its address may have a path, as behind a gateway. */
export async function callDesk(baseUrl: string, path: string, call: DeskCall = {}): Promise<DeskAnswer> {
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`, {
    method: call.method ?? (call.body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(call.token !== undefined && { authorization: `Bearer ${call.token}` }),
      ...(call.body !== undefined && { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    signal: AbortSignal.timeout(call.timeoutMs ?? 30_000),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

/** Why a call came to nothing: of `fetch failed` the cause alone says that. */
export const whyNot = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? String(error.cause) : String(error);

/** Asks again until the answer is the wanted one; throws with the last answer when it does not come in time. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, withinMs = 30_000): Promise<T> {
  const end = Date.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await ask();
      if (found !== undefined) return found;
      last = 'not yet';
    } catch (error) {
      last = error;
    }
    if (Date.now() > end)
      throw new Error(`${what}: did not come true within ${String(withinMs / 1_000)} s`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
