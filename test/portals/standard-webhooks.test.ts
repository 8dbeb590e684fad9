import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWebhookSecrets, signWebhook, verifyWebhook } from '../../shared/portals/standard-webhooks.ts';

/** The case that the reference suites of all languages share. Source: standard-webhooks repository. */
const published = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const nowMs = published.timestampSeconds * 1_000;
const keys = parseWebhookSecrets(published.secret);
const otherKey = Buffer.alloc(32, 7);

const headersOf = (more: Record<string, string> = {}) =>
  new Headers({
    'webhook-id': published.id,
    'webhook-timestamp': String(published.timestampSeconds),
    'webhook-signature': published.signature,
    ...more,
  });

const check = (more: Record<string, string> = {}, body: Uint8Array = Buffer.from(published.body)) =>
  verifyWebhook({ headers: headersOf(more), body }, keys, nowMs);

const signed = (id: string, timestamp: number | string, body: Uint8Array = Buffer.from('{}')) => ({
  body,
  headers: new Headers({
    ...signWebhook({ id, timestampSeconds: Number(timestamp), body }, keys),
    'webhook-timestamp': String(timestamp),
  }),
});

describe('signWebhook', () => {
  it('makes the published signature', () => {
    const body = Buffer.from(published.body);
    expect(signWebhook({ ...published, body }, keys)).toEqual({
      'webhook-id': published.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': published.signature,
    });
  });

  it('signs with every key during a rotation', () => {
    const headers = signWebhook({ ...published, body: Buffer.from('{}') }, [...keys, otherKey]);
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
  });
});

describe('verifyWebhook', () => {
  it('takes the published case', () => {
    expect(check()).toEqual({ ok: true, id: published.id, timestampSeconds: published.timestampSeconds });
  });

  it('takes any of several signatures, and either of two keys', () => {
    const wrong = `v1,${Buffer.alloc(32).toString('base64')}`;
    expect(check({ 'webhook-signature': `v1a,abc ${wrong} ${published.signature}` })).toMatchObject({ ok: true });
    const body = Buffer.from('{}');
    const headers = new Headers(signWebhook({ ...published, body }, [otherKey]));
    expect(verifyWebhook({ headers, body }, [...keys, otherKey], nowMs)).toMatchObject({ ok: true });
    expect(verifyWebhook({ headers, body }, keys, nowMs)).toMatchObject({ reason: 'bad-signature' });
    expect(verifyWebhook({ headers, body }, [], nowMs)).toMatchObject({ reason: 'bad-signature' });
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('refuses a message without %s', (name) => {
    const headers = headersOf();
    headers.delete(name);
    expect(verifyWebhook({ headers, body: Buffer.from(published.body) }, keys, nowMs)).toMatchObject({ ok: false });
  });

  it('refuses bytes that were changed where no text would show it', () => {
    const body = Buffer.from([0x22, 0xff, 0x22]);
    const message = signed('msg_1', published.timestampSeconds, body);
    expect(verifyWebhook(message, keys, nowMs)).toMatchObject({ ok: true });
    const changed = { ...message, body: Buffer.from([0x22, 0xfe, 0x22]) };
    expect(verifyWebhook(changed, keys, nowMs)).toEqual({ ok: false, reason: 'bad-signature' });
  });

  it.each([
    '1614265330junk',
    '1614265330.0',
    ' 1614265330',
    '+1614265330',
    '1.614265330e9',
    '0x60379a32',
    '-1',
    '0',
    '',
  ])('refuses the timestamp %j', (timestamp) => {
    const message = signed('msg_1', published.timestampSeconds);
    const headers = {
      get: (name: string) => (name === 'webhook-timestamp' ? timestamp : message.headers.get(name)),
    };
    expect(verifyWebhook({ headers, body: message.body }, keys, nowMs)).toEqual({
      ok: false,
      reason: 'bad-timestamp',
    });
  });

  it.each([-300, 0, 300])('takes a message that is %i seconds old', (age) => {
    expect(verifyWebhook(signed('m', published.timestampSeconds - age), keys, nowMs)).toMatchObject({ ok: true });
  });

  it.each([-301, 301, 86_400])('refuses a message that is %i seconds old', (age) => {
    const message = signed('m', published.timestampSeconds - age);
    expect(verifyWebhook(message, keys, nowMs)).toEqual({ ok: false, reason: 'stale' });
  });

  it.each(['msg.1', '.', 'a b', 'é', 'x'.repeat(256), 'tab\tbed'])('refuses the id %j', (id) => {
    expect(verifyWebhook(signedById(id), keys, nowMs)).toEqual({ ok: false, reason: 'bad-id' });
  });

  it('takes an id of 255 visible characters', () => {
    expect(verifyWebhook(signedById('~'.repeat(255)), keys, nowMs)).toMatchObject({ ok: true });
  });

  it('refuses every other spelling of the right signature', () => {
    const mac = published.signature.slice(3);
    const spellings = [
      mac,
      `v2,${mac}`,
      `V1,${mac}`,
      `v1,${mac.slice(0, -1)}`,
      `v1,${mac}=`,
      `v1,${mac.replaceAll('+', '-').replaceAll('/', '_')}`,
      `v1, ${mac}`,
      `v1,${mac},`,
      // The last sextet carries two bits that decoding drops.
      `v1,${mac.replace('E=', 'F=')}`,
      `v1,${Buffer.from(mac, 'base64').toString('hex')}`,
    ];
    for (const spelling of spellings) expect(check({ 'webhook-signature': spelling })).toMatchObject({ ok: false });
  });

  it('refuses every mutation of a signed message', () => {
    const flips = fc.record({
      at: fc.nat(published.body.length - 1),
      bit: fc.integer({ min: 0, max: 7 }),
      part: fc.constantFrom('body', 'mac', 'time', 'id'),
    });
    fc.assert(
      fc.property(flips, ({ at, bit, part }) => {
        const body = Buffer.from(published.body);
        const mac = Buffer.from(published.signature.slice(3), 'base64');
        if (part === 'body') body[at] = (body[at] ?? 0) ^ (1 << bit);
        if (part === 'mac') mac[at] = (mac[at] ?? 0) ^ (1 << bit);
        const more = {
          'webhook-signature': `v1,${mac.toString('base64')}`,
          ...(part === 'time' && { 'webhook-timestamp': String(published.timestampSeconds + 1 + at) }),
          ...(part === 'id' && { 'webhook-id': `${published.id}${String(at)}` }),
        };
        expect(check(more, body)).toMatchObject({ ok: false });
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Headers refuse some of these ids themselves; a server would hand them on. */
function signedById(id: string) {
  const message = { id, timestampSeconds: published.timestampSeconds, body: Buffer.from('{}') };
  const all = signWebhook(message, keys);
  return { body: message.body, headers: { get: (name: string) => all[name] ?? null } };
}

describe('parseWebhookSecrets', () => {
  const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`;

  it('takes one key or two, of 24 to 64 bytes', () => {
    expect(parseWebhookSecrets(secretOf(24)).map((key) => key.length)).toEqual([24]);
    expect(parseWebhookSecrets(`${secretOf(32)} ${secretOf(64)}\n`).map((key) => key.length)).toEqual([32, 64]);
  });

  it.each([
    ['nothing', ''],
    ['one byte', secretOf(1)],
    ['23 bytes', secretOf(23)],
    ['65 bytes', secretOf(65)],
    ['no prefix', secretOf(32).slice(6)],
    ['base64url', `whsec_${'-_'.repeat(20)}`],
    ['padding left out', secretOf(32).replace('=', '')],
    ['three keys', [secretOf(24), secretOf(25), secretOf(26)].join(' ')],
    ['a good and a bad key', `${secretOf(24)} whsec_short`],
  ])('refuses %s', (_what, text) => {
    expect(() => parseWebhookSecrets(text)).toThrow();
  });
});
