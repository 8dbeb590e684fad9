import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../shared/core/clock.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { createSecretVersions, createVaultReader } from '../../shared/platform/vault.keyvault.ts';
import { movedClock } from '../support/moved-clock.ts';
import { scriptedHttp, type Scripted } from '../support/scripted-http.ts';

function aVault(first: Scripted | Error) {
  const { clock, advance } = movedClock();
  const now = { answer: first, token: async () => 'vault-token' };
  const { http, calls } = scriptedHttp(() => now.answer);
  const read = createVaultReader({
    http,
    clock,
    vaultUri: 'https://desk.vault.example/',
    token: async () => now.token(),
  });
  return { read, now, calls, advance };
}

const silent = new HttpFailure('timeout', 'silent');

describe('the vault', () => {
  it('reads a secret with a token of its own, once in half a minute', async () => {
    const { read, calls, advance, now } = aVault({ json: { value: 'one' } });
    expect(await Promise.all([read('portal-a'), read('portal-a')])).toEqual(['one', 'one']);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.url).toBe('https://desk.vault.example/secrets/portal-a?api-version=7.4');
    expect(calls[0]?.headers).toEqual({ authorization: 'Bearer vault-token' });
    now.answer = { json: { value: 'two' } };
    await advance(29_999);
    expect(await read('portal-a')).toBe('one');
    await advance(1);
    expect(await read('portal-a')).toBe('two');
  });

  it.each([
    ['silent', silent],
    ['failing', { status: 503 }],
    ['throttling', { status: 429 }],
  ])('keeps its last word for ten minutes while it is %s', async (_what, trouble) => {
    const { read, now, advance } = aVault({ json: { value: 'one' } });
    await read('a');
    now.answer = trouble;
    await advance(10 * minuteMs - 1);
    expect(await read('a')).toBe('one');
    await advance(minuteMs);
    await expect(read('a')).rejects.toMatchObject({ name: 'AppError', code: 'unavailable' });
  });

  it('keeps its last word while the managed identity is away', async () => {
    const { read, now, advance } = aVault({ json: { value: 'one' } });
    await read('a');
    now.token = async () => Promise.reject(new TokenFailure('away', 'silent'));
    await advance(minuteMs);
    expect(await read('a')).toBe('one');
  });

  it('is unavailable when it never answered', async () => {
    const { read } = aVault(silent);
    await expect(read('a')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([401, 403])('ends the old value at once when it answers %i, even if it falls silent then', async (status) => {
    const { read, now, advance } = aVault({ json: { value: 'one' } });
    await read('a');
    now.answer = { status };
    await advance(30_000);
    await expect(read('a')).rejects.toMatchObject({ code: 'unavailable' });
    now.answer = silent;
    await advance(30_000);
    await expect(read('a')).rejects.toMatchObject({ code: 'unavailable' });
    now.answer = { json: { value: 'two' } };
    await advance(30_000);
    expect(await read('a')).toBe('two');
  });

  it('ends the old value at once when the secret is gone, and asks no more than twice a minute for what is not there', async () => {
    const { read, now, advance, calls } = aVault({ json: { value: 'one' } });
    await read('a');
    now.answer = { status: 404 };
    await advance(30_000);
    for (let again = 0; again < 5; again++) await expect(read('a')).rejects.toMatchObject({ name: 'SecretMissing' });
    expect(calls).toHaveLength(2);
  });
});

describe('a secret that the desk renews', () => {
  const bundle = (value: string, version: string) => ({
    json: { value, id: `https://desk.vault.example/secrets/a/${version}`, attributes: { created: 1_700_000_000 } },
  });

  function versionsOf(answer: () => Scripted | Error) {
    const { clock } = movedClock();
    const { http, calls } = scriptedHttp(answer);
    const vaultUri = 'https://desk.vault.example';
    return { calls, ...createSecretVersions({ http, clock, vaultUri, token: async () => 'vault-token' }) };
  }

  it('is read anew each time, with its version and age', async () => {
    const { current, calls } = versionsOf(() => bundle('one', 'v1'));
    expect(await current('a')).toEqual({ value: 'one', version: 'v1', createdAt: 1_700_000_000_000 });
    await current('a');
    expect(calls).toHaveLength(2);
  });

  it('gets a new version by a PUT', async () => {
    const { put, calls } = versionsOf(() => bundle('two', 'v2'));
    expect(await put('a', 'two')).toMatchObject({ version: 'v2' });
    expect(calls[0]).toMatchObject({
      method: 'PUT',
      url: 'https://desk.vault.example/secrets/a?api-version=7.4',
      headers: { authorization: 'Bearer vault-token', 'content-type': 'application/json' },
      body: '{"value":"two"}',
    });
  });

  it.each([
    ['silent', silent],
    ['refusing', { status: 403 }],
    ['throttling', { status: 429 }],
    ['answering something else', { status: 200, body: '<html>' }],
  ])('is unavailable while the vault is %s', async (_what, answer) => {
    const { current, put } = versionsOf(() => answer);
    await expect(current('a')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(put('a', 'two')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('says in the log that it was deleted, where the vault keeps its name for what is deleted', async () => {
    const { put } = versionsOf(() => ({ status: 409 }));
    const cause = { message: 'the vault does not take a (409): recover it, if it was deleted there' };
    await expect(put('a', 'two')).rejects.toMatchObject({ code: 'unavailable', cause });
  });

  it('is missing where the vault says so', async () => {
    const { current } = versionsOf(() => ({ status: 404 }));
    await expect(current('a')).rejects.toMatchObject({ name: 'SecretMissing' });
  });
});
