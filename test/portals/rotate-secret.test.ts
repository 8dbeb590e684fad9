import { describe, expect, it } from 'vitest';
import { HttpFailure } from '../../shared/platform/http.ts';
import { parseWebhookSecrets, verifyWebhook } from '../../shared/portals/standard-webhooks.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { aManagedDesk, type ManagedDesk } from './managed-desk.ts';

const outbound = { url: 'https://harbour.example/hooks' };

/** A portal, and two instances that have seen it with its first secret. */
async function aRotatedDesk(options: Parameters<typeof aManagedDesk>[0] = {}) {
  const desk = await aManagedDesk(options);
  const { newSecrets } = await desk.register({ outbound });
  const instances = [desk.instance(), desk.instance()];
  const rotate = async (body: Record<string, unknown>) => desk.admin('POST', '/harbour/rotate', body);
  /** What each instance says to a webhook that is signed with this secret. */
  const hooks = async (secret: string | undefined) =>
    Promise.all(instances.map(async ({ hook }) => hook('harbour', secret ?? '')));
  const first = newSecrets!.inbound!;
  expect(await hooks(first)).toEqual([202, 202]);
  return { ...desk, rotate, hooks, first };
}

const both = (status: number) => [status, status];
const minute = 60_000;

describe('a rotation of the secret that a portal signs with', () => {
  it('lets two be good at once, until a second call ends the older on every instance within a minute', async () => {
    const desk = await aRotatedDesk();
    const { status, json } = await desk.rotate({ which: 'inbound' });
    expect([status, json.rotations]).toEqual([200, { inbound: { endsAt: '2026-11-03T09:00:00.000Z' } }]);
    expect(json.usableFrom).toBe('2026-11-02T09:01:00.000Z');
    const second = json.newSecrets?.inbound;
    expect(await desk.hooks(desk.first)).toEqual(both(202));
    await desk.moved.advance(minute);
    expect([await desk.hooks(desk.first), await desk.hooks(second)]).toEqual([both(202), both(202)]);

    const ended = await desk.rotate({ which: 'inbound', end: 'older' });
    expect([ended.status, ended.json.rotations, ended.json.newSecrets]).toEqual([200, {}, undefined]);
    expect(ended.json.usableFrom).toBeUndefined();
    await desk.moved.advance(minute);
    expect([await desk.hooks(desk.first), await desk.hooks(second)]).toEqual([both(401), both(202)]);
    expect((await desk.rotate({ which: 'inbound', end: 'older' })).json.version).toBe(ended.json.version);
  });

  it('ends by itself at the stated time', async () => {
    const desk = await aRotatedDesk();
    const { json } = await desk.rotate({ which: 'inbound', overlapMinutes: 60 });
    await desk.moved.advance(59 * minute);
    expect(await desk.hooks(desk.first)).toEqual(both(202));
    await desk.moved.advance(minute);
    expect([await desk.hooks(desk.first), await desk.hooks(json.newSecrets?.inbound)]).toEqual([both(401), both(202)]);
    expect((await desk.admin('GET', '/harbour')).json.rotations).toEqual({});
  });

  it('refuses the older one within a minute also while the vault is away', async () => {
    const desk = await aRotatedDesk();
    await desk.rotate({ which: 'inbound', overlapMinutes: 0 });
    desk.outside.vault.isAway = true;
    await desk.moved.advance(minute);
    expect(await desk.hooks(desk.first)).toEqual(both(503));
  });

  it('can be taken back: the newer one ends, the older stays', async () => {
    const desk = await aRotatedDesk();
    expect((await desk.rotate({ which: 'inbound', end: 'newer' })).status).toBe(409);
    const { json } = await desk.rotate({ which: 'inbound' });
    await desk.rotate({ which: 'inbound', end: 'newer' });
    await desk.moved.advance(minute);
    expect([await desk.hooks(desk.first), await desk.hooks(json.newSecrets?.inbound)]).toEqual([both(202), both(401)]);
  });

  it('never drops a key that may be in use for a third one', async () => {
    const desk = await aRotatedDesk();
    const { json } = await desk.rotate({ which: 'inbound' });
    const refused = await desk.rotate({ which: 'inbound' });
    expect([refused.status, refused.json.code]).toEqual([409, 'illegal-transition']);
    await desk.moved.advance(minute);
    expect([await desk.hooks(desk.first), await desk.hooks(json.newSecrets?.inbound)]).toEqual([both(202), both(202)]);
    const third = await desk.rotate({ which: 'inbound', overlapMinutes: 0 });
    await desk.moved.advance(minute);
    expect(await desk.hooks(third.json.newSecrets?.inbound)).toEqual(both(202));
    expect([await desk.hooks(desk.first), await desk.hooks(json.newSecrets?.inbound)]).toEqual([both(401), both(401)]);
  });

  it('is begun by one of two who come at once', async () => {
    const desk = await aRotatedDesk();
    const answers = await Promise.all([desk.rotate({ which: 'inbound' }), desk.rotate({ which: 'inbound' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const shown = answers.find(({ status }) => status === 200)?.json.newSecrets?.inbound;
    await desk.moved.advance(minute);
    expect([await desk.hooks(desk.first), await desk.hooks(shown)]).toEqual([both(202), both(202)]);
  });

  it('puts a missing secret right at once, with nothing to keep beside it', async () => {
    const desk = await aRotatedDesk();
    desk.outside.secrets.clear();
    await desk.moved.advance(minute);
    expect(await desk.hooks(desk.first)).toEqual(both(401));
    expect((await desk.admin('GET', '/harbour')).json.secrets).toEqual({ inbound: 'missing', outbound: 'missing' });
    const { json } = await desk.rotate({ which: 'inbound' });
    expect(json.rotations).toEqual({});
    await desk.moved.advance(minute);
    expect(await desk.hooks(json.newSecrets?.inbound)).toEqual(both(202));
  });

  it.each(['inbound', 'outbound'] as const)(
    'keeps nothing beside the new %s secret of what is no key',
    async (which) => {
      const desk = await aRotatedDesk();
      for (const name of desk.outside.secrets.keys()) desk.outside.secrets.set(name, 'to-be-filled-in');
      const { status, json } = await desk.rotate({ which });
      expect([status, json.rotations]).toEqual([200, {}]);
      expect([...desk.outside.secrets.values()].at(-1)).toBe(json.newSecrets?.[which]);
      await desk.moved.advance(minute);
      expect(await desk.hooks(json.newSecrets?.inbound ?? desk.first)).toEqual(both(which === 'inbound' ? 202 : 401));
    },
  );

  it('takes two keys that were put into the vault by hand for a rotation under way', async () => {
    const desk = await aRotatedDesk();
    for (const [name, value] of desk.outside.secrets) desk.outside.secrets.set(name, `${value} ${value}`);
    expect((await desk.rotate({ which: 'inbound' })).status).toBe(409);
    expect((await desk.rotate({ which: 'inbound', overlapMinutes: 0 })).status).toBe(200);
  });
});

describe('a rotation in trouble', () => {
  it('leaves the secret that works when the vault’s answer is lost, and can be asked for again', async () => {
    const desk = await aRotatedDesk();
    desk.outside.vault.losesAnswers = true;
    expect((await desk.rotate({ which: 'inbound' })).status).toBe(503);
    expect((await desk.rotate({ which: 'inbound', overlapMinutes: 0 })).status).toBe(503);
    desk.outside.vault.losesAnswers = false;
    await desk.moved.advance(minute);
    expect(await desk.hooks(desk.first)).toEqual(both(202));
    const { json } = await desk.rotate({ which: 'inbound' });
    await desk.moved.advance(minute);
    expect([await desk.hooks(desk.first), await desk.hooks(json.newSecrets?.inbound)]).toEqual([both(202), both(202)]);
  });

  it.each(['before', 'after'] as const)(
    'leaves the secret that works when it dies %s its row is written',
    async (when) => {
      const dying = { isOn: false };
      const die = async (operation: string) => {
        if (dying.isOn && operation === 'transact') throw unavailable('storage', new Error('the process died'));
        return Promise.resolve();
      };
      const desk = await aRotatedDesk({ trouble: { [when]: die } });
      dying.isOn = true;
      const { status } = await desk.rotate({ which: 'inbound' });
      dying.isOn = false;
      // A write whose answer was lost is found by its token.
      expect(status).toBe(when === 'before' ? 503 : 200);
      await desk.moved.advance(minute);
      expect(await desk.hooks(desk.first)).toEqual(both(202));
    },
  );
});

describe('a rotation of the secret that signs what a portal is told', () => {
  it('signs with both until the older one is over', async () => {
    const desk = await aManagedDesk();
    const first = (await desk.register({ outbound })).newSecrets!.outbound!;
    const signedBy = signaturesOf(desk);
    expect(await signedBy(first)).toEqual([true]);
    const second = (await desk.admin('POST', '/harbour/rotate', { which: 'outbound' })).json.newSecrets!.outbound!;
    expect(await signedBy(first, second)).toEqual([true, true]);
    await desk.admin('POST', '/harbour/rotate', { which: 'outbound', end: 'older' });
    expect(await signedBy(first, second)).toEqual([false, true]);
  });

  it('is refused where there is no endpoint', async () => {
    const desk = await aManagedDesk();
    await desk.register();
    expect((await desk.admin('POST', '/harbour/rotate', { which: 'outbound' })).status).toBe(409);
  });
});

/** Sends a test webhook and says by which of the secrets it was signed. */
function signaturesOf(desk: ManagedDesk) {
  return async (...secrets: string[]): Promise<boolean[]> => {
    const sent: { headers: Headers; body: Uint8Array }[] = [];
    desk.outside.others.answer = async ({ headers = {}, body = '' }) => {
      sent.push({ headers: new Headers(headers), body: Buffer.from(body) });
      return Promise.resolve({ status: 204, headers: {}, body: '' });
    };
    await desk.admin('POST', '/harbour/test', {});
    const [message] = sent;
    if (!message) throw new HttpFailure('network', 'nothing was sent');
    return secrets.map((secret) => verifyWebhook(message, parseWebhookSecrets(secret), desk.clock.now()).ok);
  };
}

describe('secrets', () => {
  it('stand in no row, no log and no answer but the one that made them', async () => {
    const desk = await aManagedDesk();
    const texts: string[] = [];
    const call = async (...[method, path, body, headers]: Parameters<typeof desk.admin>) =>
      texts.push(JSON.stringify((await desk.admin(method, path, body, headers)).json));
    const made = await desk.register({ outbound });
    await call('GET', '');
    await call('GET', '/harbour');
    await call('PATCH', '/harbour', { name: 'New' }, { 'if-match': '"1"' });
    const rotated = await desk.admin('POST', '/harbour/rotate', { which: 'inbound' });
    const brought = `whsec_${Buffer.from('brought by the other side').toString('base64')}`;
    await call('POST', '/harbour/rotate', { which: 'outbound', secret: brought });
    await call('POST', '/harbour/rotate', { which: 'inbound', end: 'older' });
    await call('POST', '/harbour/test', {});
    await call('POST', '/harbour/disable', {});
    await call('POST', '', { id: 'harbour', name: 'Harbour', customers: 'all', secrets: { inbound: brought } });
    const rows = [...desk.memory.of('portals').partitions.values()].flatMap((rows) => [...rows.values()]);
    texts.push(JSON.stringify(rows), JSON.stringify(desk.log.entries));
    const keys = [...desk.outside.secrets.values()].flatMap((value) => value.split(' '));
    const shown = [made.newSecrets?.inbound, made.newSecrets?.outbound, rotated.json.newSecrets?.inbound];
    expect(new Set(keys)).toEqual(new Set([...shown, brought]));
    for (const key of keys) expect(texts.filter((text) => text.includes(key.slice(6, 40)))).toEqual([]);
  });
});
