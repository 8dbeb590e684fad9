import type { Http, HttpAnswer, HttpCall } from '../../shared/platform/http.ts';

/** What a scripted server answers: part of an answer, or a failure of the exchange. */
export type Scripted = Partial<HttpAnswer> & { json?: unknown };

/** Another server in memory: answers by a function, and remembers what it was asked. */
export function scriptedHttp(answer: (call: HttpCall) => Scripted | Error | Promise<Scripted | Error>) {
  const calls: HttpCall[] = [];
  const http: Http = async (call) => {
    calls.push(call);
    const scripted = await answer(call);
    if (scripted instanceof Error) throw scripted;
    const { status = 200, headers = {}, json, body = json === undefined ? '' : JSON.stringify(json) } = scripted;
    return { status, headers, body };
  };
  return { http, calls };
}
