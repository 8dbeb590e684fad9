import { describe, expect, it } from 'vitest';
import { createCircuits, httpThrough, tokensThrough } from '../../shared/platform/circuit.ts';
import { HttpFailure, type HttpAnswer } from '../../shared/platform/http.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { movedClock } from '../support/moved-clock.ts';

const call = { method: 'GET', url: 'https://upstream.example/', timeoutMs: 1_000, maxBytes: 1_000 } as const;
const answered = (status: number, headers = {}): HttpAnswer => ({ status, headers, body: '' });

/** An upstream that answers what the test says, behind its circuit. */
function anUpstream() {
  const { clock, advance } = movedClock();
  const circuits = createCircuits(clock);
  const state = { calls: 0, answer: async (): Promise<HttpAnswer> => Promise.resolve(answered(503)) };
  const http = httpThrough(
    circuits.of('upstream'),
    async () => {
      state.calls++;
      return state.answer();
    },
    clock,
  );
  const outcome = async () =>
    http(call).then(
      ({ status }) => status,
      (error: unknown) => (error as HttpFailure).reason,
    );
  const outcomes = async (count: number) => {
    const all = [];
    for (let n = 0; n < count; n++) all.push(await outcome());
    return all;
  };
  return { ...{ advance, circuits, state, http, outcome, outcomes } };
}

describe('a circuit', () => {
  it('opens after eight failures in a row, says when it asks again, and lets nothing out until then', async () => {
    const upstream = anUpstream();
    expect(new Set(await upstream.outcomes(8))).toEqual(new Set([503]));
    await expect(upstream.http(call)).rejects.toMatchObject({ reason: 'circuit-open', retryAfterSeconds: 15 });
    expect(upstream.state.calls).toBe(8);
    expect(upstream.circuits.open()).toEqual([
      {
        upstream: 'upstream',
        since: '2026-11-02T09:00:00.000Z',
        nextProbeAt: '2026-11-02T09:00:15.000Z',
        reason: 'HTTP 503',
      },
    ]);
  });

  it('asks by one probe at a time, ever more rarely, at least once a minute', async () => {
    const upstream = anUpstream();
    await upstream.outcomes(8);
    const probes = [];
    for (let second = 1; second <= 300; second++) {
      await upstream.advance(1_000);
      const before = upstream.state.calls;
      await Promise.all([upstream.outcome(), upstream.outcome(), upstream.outcome()]);
      if (upstream.state.calls > before) probes.push([second, upstream.state.calls - before]);
    }
    expect(probes).toEqual([
      [15, 1],
      [45, 1],
      [105, 1],
      [165, 1],
      [225, 1],
      [285, 1],
    ]);
  });

  it('lets those through who waited for a probe that succeeds, and is closed', async () => {
    const upstream = anUpstream();
    await upstream.outcomes(8);
    await upstream.advance(15_000);
    upstream.state.answer = async () => Promise.resolve(answered(200));
    expect(await Promise.all([upstream.outcome(), upstream.outcome(), upstream.outcome()])).toEqual([200, 200, 200]);
    expect(upstream.circuits.open()).toEqual([]);
    upstream.state.answer = async () => Promise.resolve(answered(503));
    expect(new Set(await upstream.outcomes(8))).toEqual(new Set([503]));
  });

  it.each([200, 400, 401, 403, 404, 429])('takes %i for a sign of life', async (status) => {
    const upstream = anUpstream();
    await upstream.outcomes(7);
    upstream.state.answer = async () => Promise.resolve(answered(status));
    await upstream.outcomes(20);
    upstream.state.answer = async () => Promise.reject(new HttpFailure('network', 'gone'));
    expect(new Set(await upstream.outcomes(8))).toEqual(new Set(['network']));
    expect(await upstream.outcome()).toBe('circuit-open');
  });

  it('waits as long as is asked, but no longer than five minutes', async () => {
    const upstream = anUpstream();
    upstream.state.answer = async () => Promise.resolve(answered(503, { 'retry-after': '40' }));
    await upstream.outcomes(8);
    await expect(upstream.http(call)).rejects.toMatchObject({ retryAfterSeconds: 40 });
    await upstream.advance(40_000);
    upstream.state.answer = async () => Promise.resolve(answered(503, { 'retry-after': '3600' }));
    expect(await upstream.outcome()).toBe(503);
    await expect(upstream.http(call)).rejects.toMatchObject({ retryAfterSeconds: 300 });
  });

  it('opens for tokens where nobody gets any, not where one tenant refuses', async () => {
    const { clock } = movedClock();
    const circuit = createCircuits(clock).of('entra');
    let reason: 'not-consented' | 'throttled' | 'away' = 'not-consented';
    let asked = 0;
    const tokens = tokensThrough(circuit, async () => {
      asked++;
      return Promise.reject(new TokenFailure(reason, 'no'));
    });
    const ask = async () => tokens({ tenantId: 't', resource: 'azure', connectionId: 'c' });
    for (const why of ['not-consented', 'throttled', 'away'] as const) {
      reason = why;
      for (let n = 0; n < 8; n++) await expect(ask()).rejects.toMatchObject({ reason });
    }
    await expect(ask()).rejects.toMatchObject({ reason: 'away', retryAfterSeconds: 15 });
    expect(asked).toBe(24);
  });
});
