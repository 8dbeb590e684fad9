import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hmacKeys, nameOfBody, verifyDescribedHmac } from '../../shared/portals/described-hmac.ts';
import { hmacDescriptionSchema, type HmacDescription } from '../../shared/portals/hmac-description.ts';

const nowMs = Date.parse('2026-11-02T09:00:00Z');
const body = Buffer.from('{"ticket":7}');
const secret = 'a-secret-of-the-psa-0123456789';

const described = (more: Partial<HmacDescription> = {}): HmacDescription =>
  hmacDescriptionSchema.parse({
    header: 'x-signature',
    algorithm: 'sha256',
    encoding: 'hex',
    key: 'text',
    signed: ['body'],
    ...more,
  });

const check = (
  hmac: HmacDescription,
  headers: Record<string, string>,
  { text = secret, bytes = body, at = nowMs }: { text?: string; bytes?: Uint8Array; at?: number } = {},
) => verifyDescribedHmac({ headers: new Headers(headers), body: bytes }, { hmac, keys: hmacKeys(text, hmac) }, at);

const mac = (text: string | Buffer, key: string | Buffer = secret) => createHmac('sha256', key).update(text);

describe('verifyDescribedHmac', () => {
  it.each([
    ['sha256', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      'sha512',
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
    ],
    ['sha1', 'b617318655057264e28bc0b6fb378c8ef146be00'],
  ] as const)('takes the published case of HMAC-%s (RFC 4231, RFC 2202)', (algorithm, signature) => {
    const hmac = described({ algorithm, key: 'hex' });
    const more = { text: '0b'.repeat(20), bytes: Buffer.from('Hi There') };
    expect(check(hmac, { 'x-signature': signature }, more)).toMatchObject({ ok: true });
    expect(check(hmac, { 'x-signature': signature }, { ...more, bytes: Buffer.from('Hi there') }).ok).toBe(false);
  });

  /** Its page says timestamp and body nowadays; this case of an older one has them the other way round. */
  it('takes the published case of Zendesk', () => {
    const hmac = described({
      encoding: 'base64',
      signed: ['body', 'timestamp'],
      timestamp: { header: 'x-time', format: 'iso-8601' },
    });
    const headers = { 'x-time': '2021-07-25T10:00:00Z', 'x-signature': 'tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw=' };
    const more = {
      text: 'HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA=',
      bytes: Buffer.from('{"say": "hello"}'),
      at: Date.parse('2021-07-25T10:00:01Z'),
    };
    expect(check(hmac, headers, more)).toMatchObject({ ok: true });
    expect(check({ ...hmac, signed: ['timestamp', 'body'] }, headers, more)).toMatchObject({ ok: false });
  });

  it('takes a signature with a prefix in base64, and none without the prefix', () => {
    const hmac = described({ prefix: 'sha256=', encoding: 'base64' });
    const signature = mac(body).digest('base64');
    expect(check(hmac, { 'X-Signature': `sha256=${signature}` }).ok).toBe(true);
    expect(check(hmac, { 'X-Signature': signature }).ok).toBe(false);
    expect(check(hmac, { 'X-Signature': `sha256=${signature}, sha256=${signature}` }).ok).toBe(false);
  });

  it('makes the key of the secret as the description says', () => {
    const bytes = Buffer.from('0123456789abcdef0123456789abcdef', 'hex');
    const cases: [HmacDescription['key'], string, string | Buffer][] = [
      ['text', secret, secret],
      ['hex', bytes.toString('hex'), bytes],
      ['base64', bytes.toString('base64'), bytes],
      ['sha256-of-text', secret, createHash('sha256').update(secret).digest()],
    ];
    for (const [key, text, used] of cases) {
      expect(check(described({ key }), { 'x-signature': mac(body, used).digest('hex') }, { text }).ok).toBe(true);
    }
  });

  it.each([
    ['text', 'short'],
    ['text', 'three secrets-of-the-psa-000 secrets-of-the-psa-111'],
    ['hex', 'not-hexadecimal-at-all'],
    ['hex', 'ABCDEF0123456789ABCDEF0123456789'],
    ['base64', 'AAAAAAAAAAAAAAAAAAAAAB=='],
    ['base64', 'AAAAAAAAAAAAAAAA'],
    ['text', ''],
  ] as const)('refuses as a %s secret: %j', (key, text) => {
    expect(() => hmacKeys(text, { key })).toThrow();
  });

  it('takes either of two secrets', () => {
    const text = `the-new-secret-of-the-psa ${secret}`;
    expect(check(described(), { 'x-signature': mac(body).digest('hex') }, { text }).ok).toBe(true);
    expect(
      check(described(), { 'x-signature': mac(body).digest('hex') }, { text: 'the-new-secret-of-the-psa' }).ok,
    ).toBe(false);
  });

  const timed = described({
    signed: ['id', { text: '.' }, 'timestamp', { text: '.' }, 'body'],
    timestamp: { header: 'x-time', format: 'unix-seconds' },
    id: { header: 'x-id' },
  });
  const seconds = String(nowMs / 1_000);
  const timedHeaders = (id = 'd-1', time = seconds) => ({
    'x-id': id,
    'x-time': time,
    'x-signature': mac(`${id}.${time}.${body.toString()}`).digest('hex'),
  });

  it('takes the signed parts in their order, and names the delivery by the signed id', () => {
    expect(check(timed, timedHeaders())).toEqual({ ok: true, id: 'd-1' });
    expect(check(timed, { ...timedHeaders(), 'x-id': 'd-2' }).ok).toBe(false);
    expect(check(timed, { ...timedHeaders(), 'x-time': String(Number(seconds) + 1) }).ok).toBe(false);
  });

  it.each(['d.1', '', 'd 1', 'd/1', 'é', 'x'.repeat(256)])('refuses the signed id %j', (id) => {
    const signed: Record<string, string> = timedHeaders(id);
    const headers = { get: (name: string) => signed[name] ?? null };
    expect(verifyDescribedHmac({ headers, body }, { hmac: timed, keys: hmacKeys(secret, timed) }, nowMs)).toMatchObject(
      { reason: 'bad-id' },
    );
  });

  it.each(Object.keys(timedHeaders()))('refuses a message without %s', (name) => {
    const headers = Object.fromEntries(Object.entries(timedHeaders()).filter(([other]) => other !== name));
    expect(check(timed, headers)).toEqual({ ok: false, reason: 'header-missing' });
  });

  it.each([
    [300, true],
    [-300, true],
    [301, false],
    [-301, false],
  ])('of a message that is %i seconds old says %s', (age, ok) => {
    expect(check(timed, timedHeaders(), { at: nowMs + age * 1_000 }).ok).toBe(ok);
  });

  it.each([
    ['unix-seconds', '1793610000', ['1793610000000', '01793610000', '1793610000 ', '1793610000.0', '+1793610000', '']],
    ['unix-milliseconds', '1793610000000', ['1793610000', '1793610000000.1']],
    [
      'iso-8601',
      '2026-11-02T09:00:00Z',
      ['2026-11-02 09:00:00Z', '2026-11-02T09:00:00', '2026-11-02T09:00:00+00:00', '2026-02-30T09:00:00Z', 'today'],
    ],
  ] as const)('takes %s as %s and no other spelling', (format, good, bad) => {
    const hmac = described({ signed: ['timestamp', { text: '.' }, 'body'], timestamp: { header: 'x-time', format } });
    const at = format === 'iso-8601' ? nowMs : 1_793_610_000_000;
    const verdict = (time: string) => {
      const signed: Record<string, string> = {
        'x-time': time,
        'x-signature': mac(`${time}.${body.toString()}`).digest('hex'),
      };
      const headers = { get: (name: string) => signed[name] ?? null };
      return verifyDescribedHmac({ headers, body }, { hmac, keys: hmacKeys(secret, hmac) }, at);
    };
    expect(verdict(good)).toEqual({ ok: true, id: nameOfBody(body) });
    expect(bad.map((time) => verdict(time))).toEqual(bad.map(() => ({ ok: false, reason: 'bad-timestamp' })));
  });

  it('names a delivery without an id by its bytes, whatever its time of sending', () => {
    const hmac = described({
      signed: ['timestamp', 'body'],
      timestamp: { header: 'x-time', format: 'iso-8601' },
    });
    const at = (time: string, text = body) =>
      check(
        hmac,
        { 'x-time': time, 'x-signature': mac(`${time}${text.toString()}`).digest('hex') },
        { bytes: text, at: nowMs },
      );
    const first = at('2026-11-02T09:00:00Z');
    expect(first).toMatchObject({ ok: true });
    expect(at('2026-11-02T09:01:00.250Z')).toEqual(first);
    expect(at('2026-11-02T09:00:00Z', Buffer.from('{"ticket":8}'))).not.toEqual(first);
  });
});

describe('hmacDescriptionSchema', () => {
  const time = { header: 'x-time', format: 'unix-seconds' };
  const id = { header: 'x-id' };
  const isTaken = (more: object) => hmacDescriptionSchema.safeParse({ ...described(), ...more }).success;

  it.each([
    ['no body', { signed: [{ text: '.' }] }],
    ['the body twice', { signed: ['body', 'body'] }],
    ['an id after the body', { id, signed: ['body', { text: '.' }, 'id'] }],
    ['a time that is not signed', { timestamp: time }],
    ['an id that is not signed', { id }],
    ['a time that comes from nowhere', { signed: ['timestamp', { text: '.' }, 'body'] }],
    ['digits that run into the body', { timestamp: time, signed: ['timestamp', 'body'] }],
    ['an id that runs into the time', { id, timestamp: time, signed: ['id', 'timestamp', { text: '.' }, 'body'] }],
    ['an id parted by what could be of it', { id, signed: ['id', { text: '-' }, 'body'] }],
    ['another algorithm', { algorithm: 'md5' }],
    ['an unknown member', { extra: 1 }],
  ])('refuses %s', (_what, more) => {
    expect(isTaken(more)).toBe(false);
  });

  it('takes digits that a text parts from the body, and a time that ends by itself', () => {
    expect(isTaken({ timestamp: time, signed: ['timestamp', { text: ':' }, 'body'] })).toBe(true);
    expect(isTaken({ timestamp: { ...time, format: 'iso-8601' }, signed: ['timestamp', 'body'] })).toBe(true);
    expect(isTaken({ timestamp: time, signed: ['body', 'timestamp'] })).toBe(true);
    expect(isTaken({ signed: [{ text: 'v0:' }, 'body', { text: '.' }] })).toBe(true);
  });
});
