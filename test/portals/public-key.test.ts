import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedWith, parsePublicKey } from '../../shared/portals/public-key.ts';
import { parseWebhookSecrets, signWebhook, verifyWebhook } from '../../shared/portals/standard-webhooks.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const whpk = (publicKey: Buffer) => `whpk_${publicKey.toString('base64')}`;

/** The first three cases of section 7.1. Source: RFC 8032. */
const published = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
];

/** A private key from its 32 bytes: what stands before them says "ed25519" in DER. Source: RFC 8410. */
const privateKeyOf = (seed: string): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([hex('302e020100300506032b657004220420'), hex(seed)]),
    format: 'der',
    type: 'pkcs8',
  });

const [first, second] = published;
const sender = { privateKey: privateKeyOf(first!.seed), publicKey: parsePublicKey(whpk(hex(first!.publicKey))) };
const other = { privateKey: privateKeyOf(second!.seed), publicKey: parsePublicKey(whpk(hex(second!.publicKey))) };

const nowSeconds = 1_614_265_330;
const body = Buffer.from('{"test": 2432232314}');

/** As the specification says: ed25519 over `id.timestamp.body`. */
function signed(privateKey: KeyObject, id = 'msg_1') {
  const text = Buffer.concat([Buffer.from(`${id}.${String(nowSeconds)}.`), body]);
  return `v1a,${sign(null, text, privateKey).toString('base64')}`;
}

function check(signature: string, keys: Parameters<typeof verifyWebhook>[1], bytes: Uint8Array = body) {
  const headers = new Headers({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(nowSeconds),
    'webhook-signature': signature,
  });
  return verifyWebhook({ headers, body: bytes }, keys, nowSeconds * 1_000).ok;
}

describe('isSignedWith', () => {
  it.each(published)('takes the published signature of $message', ({ publicKey, message, signature }) => {
    const key = parsePublicKey(whpk(hex(publicKey)));
    expect(isSignedWith(key, hex(message), hex(signature))).toBe(true);
    expect(isSignedWith(key, hex(`${message}00`), hex(signature))).toBe(false);
  });

  it('refuses a signature whose second half is not reduced, and so is a second spelling of the first', () => {
    const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
    const { publicKey, message, signature } = first!;
    const half = hex(signature).subarray(32).toReversed();
    const larger = (BigInt(`0x${Buffer.from(half).toString('hex')}`) + order).toString(16).padStart(64, '0');
    const respelt = Buffer.concat([hex(signature).subarray(0, 32), hex(larger).reverse()]);
    expect(isSignedWith(parsePublicKey(whpk(hex(publicKey))), hex(message), respelt)).toBe(false);
  });
});

describe('parsePublicKey', () => {
  it.each([
    ['no prefix', hex(first!.publicKey).toString('base64')],
    ['31 bytes', whpk(Buffer.alloc(31))],
    ['33 bytes', whpk(Buffer.alloc(33))],
    ['a secret', `whsec_${Buffer.alloc(32).toString('base64')}`],
    ['loose bits', whpk(hex(first!.publicKey)).replace(/.=$/, '/=')],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(() => parsePublicKey(text)).toThrow('whpk_');
  });
});

describe('verifyWebhook with public keys', () => {
  it('takes a v1a signature, alone and among others, and refuses changed bytes', () => {
    const keys = [sender.publicKey];
    expect(check(signed(sender.privateKey), keys)).toBe(true);
    expect(check(`v1,${Buffer.alloc(32).toString('base64')} ${signed(sender.privateKey)}`, keys)).toBe(true);
    expect(check(signed(sender.privateKey), keys, Buffer.from('{"test": 2432232315}'))).toBe(false);
    expect(check(signed(sender.privateKey, 'msg_2'), keys)).toBe(false);
    expect(check(signed(other.privateKey), keys)).toBe(false);
  });

  it('takes either of two keys while one replaces the other', () => {
    const keys = [other.publicKey, sender.publicKey];
    expect(check(signed(sender.privateKey), keys)).toBe(true);
    expect(check(signed(other.privateKey), keys)).toBe(true);
    expect(check(`${signed(other.privateKey)} ${signed(sender.privateKey)}`, [sender.publicKey])).toBe(true);
  });

  it('reads no more than two of them, because each is dear', () => {
    const guess = `v1a,${Buffer.alloc(64).toString('base64')}`;
    expect(check(`${guess} ${signed(sender.privateKey)}`, [sender.publicKey])).toBe(true);
    expect(check(`${guess} ${guess} ${signed(sender.privateKey)}`, [sender.publicKey])).toBe(false);
  });

  it('never uses a public key as a secret, nor a secret as a public key', () => {
    const publicBytes = hex(first!.publicKey);
    const forged = signWebhook({ id: 'msg_1', timestampSeconds: nowSeconds, body }, [publicBytes]);
    const signature = forged['webhook-signature'] ?? '';
    expect(check(signature, [publicBytes])).toBe(true);
    expect(check(signature, [sender.publicKey])).toBe(false);
    expect(check(signature.replace('v1,', 'v1a,'), [sender.publicKey])).toBe(false);
    const secrets = parseWebhookSecrets(`whsec_${publicBytes.toString('base64')}`);
    expect(check(signed(sender.privateKey), secrets)).toBe(false);
  });
});
