import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkDeployment, type CheckDeps, type Result } from '../../scripts/deployment/checks.ts';
import { tokenOfAzureCli } from '../../scripts/deployment/desk-token.ts';
import { aCheckedDesk } from './a-checked-desk.ts';

type CheckedDesk = Awaited<ReturnType<typeof aCheckedDesk>>;

/** The command on a desk whose clock goes on, and whose work is done, only while the command waits. */
async function aCommand(meanwhile: (desk: CheckedDesk, waitedMs: number) => Promise<void>) {
  const desk = await aCheckedDesk();
  const results: Result[] = [];
  const startedAt = desk.clock.now();
  const run = async (more: Partial<CheckDeps> = {}) =>
    checkDeployment({
      ask: async (path, { token, body } = {}) => {
        const method = body === undefined ? 'GET' : 'POST';
        const answer = await desk.call(method, path, {
          ...(token !== undefined && { as: token }),
          ...(body !== undefined && { body }),
        });
        return {
          status: answer.status,
          headers: new Headers(answer.headers),
          json: answer.json as Record<string, unknown>,
        };
      },
      now: () => desk.clock.now(),
      sleep: async (ms) => {
        await desk.moved.advance(ms);
        await meanwhile(desk, desk.clock.now() - startedAt);
      },
      token: { value: desk.tokens.admin },
      tell: (result) => results.push(result),
      ...more,
    });
  return { desk, run, results, states: () => results.map(({ name, state }) => `${name} ${state}`) };
}

const sweep = async ({ catalogue, log }: CheckedDesk) => {
  await catalogue.timers.find(({ name }) => name === 'sweep')!.handle(log.scope);
};

describe('the check after a deployment', () => {
  it('waits for the first sweep and for each queue, and passes', async () => {
    const { run, results, states } = await aCommand(async (desk, waitedMs) => {
      if (waitedMs === 60_000) await sweep(desk);
      await desk.handleAll();
    });
    expect(await run()).toBe(0);
    expect(states()).toEqual([
      'livez ok',
      'readyz ok',
      'timers ok',
      'check of the desk ok',
      'token of contoso-emea ok',
      'queues ok',
    ]);
    expect(results.find(({ name }) => name === 'timers')?.tookMs).toBe(60_000);
    expect(results.at(-1)?.more).toContain('health-polls: handled after 500 ms');
    expect(results[1]?.more?.join()).toContain('storage:');
  });

  it('runs on past what fails, gives up in time, and says what to do', async () => {
    const { desk, run, results, states } = await aCommand(async () => Promise.resolve());
    desk.outside.tokens.answer = () => ({ status: 400, json: { error: 'invalid_request', error_codes: [70021] } });
    expect(await run()).toBe(3);
    expect(states()).toEqual([
      'livez ok',
      'readyz ok',
      'timers failed',
      'check of the desk ok',
      'token of contoso-emea failed',
      'queues failed',
    ]);
    expect(results[4]?.more?.join()).toContain('federated credential');
    expect(results[5]?.said).toContain('desk-events, escalations, deliveries, health-polls');
  });

  it('waits two minutes for an app that does not come up, and not again', async () => {
    const { desk, run, results } = await aCommand(async () => Promise.resolve());
    const startedAt = desk.clock.now();
    const cause = new Error('connect ECONNREFUSED');
    expect(await run({ ask: async () => Promise.reject(new TypeError('fetch failed', { cause })) })).toBe(4);
    expect(desk.clock.now() - startedAt).toBe(120_000);
    expect(results[0]?.said).toContain('ECONNREFUSED');
  });

  it('looks at what is public where it has no token, and says why', async () => {
    const { run, results, states } = await aCommand(async () => Promise.resolve());
    expect(await run({ token: { missing: 'there is no Azure CLI' } })).toBe(0);
    expect(states()).toEqual(['livez ok', 'readyz ok', 'timers, tokens, queues skipped']);
    expect(results.at(-1)?.said).toBe('there is no Azure CLI');
  });

  it('says that a token is not good, and does not wait for it to be', async () => {
    const { desk, run, results } = await aCommand(async () => Promise.resolve());
    const startedAt = desk.clock.now();
    expect(await run({ token: { value: 'expired' } })).toBe(2);
    expect(desk.clock.now()).toBe(startedAt);
    expect(results.slice(2).map(({ said }) => said)).toEqual([
      expect.stringContaining('expired') as string,
      expect.stringContaining('401') as string,
    ]);
  });

  it('takes the token of the Azure CLI for the audience, or says why there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'desk-az-'));
    onTestFinished(async () => rm(folder, { recursive: true }));
    const az = async (script: string) => {
      await writeFile(join(folder, 'az'), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, 'az'), 0o755);
    };
    const env = { PATH: folder };
    expect(await tokenOfAzureCli('api://desk', env)).toEqual({
      missing: expect.stringContaining('no Azure CLI') as string,
    });
    await az('echo "token for $4"');
    expect(await tokenOfAzureCli('api://desk', env)).toEqual({ value: 'token for api://desk' });
    await az('echo "Please run az login" >&2; exit 1');
    expect(await tokenOfAzureCli('api://desk', env)).toEqual({
      missing: expect.stringContaining('az login') as string,
    });
    expect(await tokenOfAzureCli(undefined, env)).toEqual({
      missing: expect.stringContaining('DESK_API_AUDIENCE') as string,
    });
  });
});
