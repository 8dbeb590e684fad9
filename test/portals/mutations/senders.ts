import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { hmacKeys, verifyDescribedHmac } from '../../../shared/portals/described-hmac.ts';
import { hmacDescriptionSchema } from '../../../shared/portals/hmac-description.ts';
import { parsePublicKey } from '../../../shared/portals/public-key.ts';
import { parseWebhookSecrets, verifyWebhook } from '../../../shared/portals/standard-webhooks.ts';

/** What travels: header names in small letters, values as a server hands them on, and bytes. */
export type Message = { headers: Record<string, string>; body: Buffer };

/** The bytes that a signature of this sender would have to cover, in parts that a forger may try to shift. */
export type Parts = { id: string; time: string; body: Buffer };

export type Sender = {
  name: string;
  names: { id?: string; time?: string; signature: string };
  /** A message as the sender sends it. `key` is another's where a forger signs. */
  send: (parts: Parts, key?: Buffer) => Message;
  isTaken: (message: Message) => boolean;
  /** Whether the header holds this signature as it was sent, and not another spelling of it. */
  holds: (header: string, signature: string) => boolean;
  secret: Buffer;
  time: (seconds: number) => string;
};

export const nowMs = Date.parse('2026-11-02T09:00:00Z');

/** Headers as the host gives them: names in any case. A map, because `Headers` itself refuses much of what is tried here. */
const read = (message: Message) => ({
  headers: { get: (name: string) => message.headers[name.toLowerCase()] ?? null },
  body: message.body,
});

const oldSecret = createHash('sha256').update('old').digest();
const newSecret = createHash('sha512').update('new').digest();
const whsec = (key: Buffer) => `whsec_${key.toString('base64')}`;

const privateKey = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    createHash('sha256').update('a').digest(),
  ]),
  format: 'der',
  type: 'pkcs8',
});
const publicBytes = Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '', 'base64url');

const standardNames = { id: 'webhook-id', time: 'webhook-timestamp', signature: 'webhook-signature' };
const headOf = ({ id, time }: Parts) => `${id}.${time}.`;
const standard = (parts: Parts, signature: string): Message => ({
  headers: { 'webhook-id': parts.id, 'webhook-timestamp': parts.time, 'webhook-signature': signature },
  body: parts.body,
});
const v1 = (parts: Parts, key: Buffer) =>
  `v1,${createHmac('sha256', key).update(headOf(parts)).update(parts.body).digest('base64')}`;
const isAmong = (header: string, signature: string) => header.split(' ').includes(signature);

const secrets = parseWebhookSecrets(`${whsec(newSecret)} ${whsec(oldSecret)}`);
const symmetric: Sender = {
  name: 'v1',
  names: standardNames,
  send: (parts, key = oldSecret) => standard(parts, v1(parts, key)),
  isTaken: (message) => verifyWebhook(read(message), secrets, nowMs).ok,
  holds: isAmong,
  secret: oldSecret,
  time: String,
};

const publicKeys = [parsePublicKey(`whpk_${publicBytes.toString('base64')}`)];
const asymmetric: Sender = {
  name: 'v1a',
  names: standardNames,
  send: (parts, key) => {
    if (key !== undefined) return standard(parts, v1(parts, key).replace('v1,', 'v1a,'));
    const text = Buffer.concat([Buffer.from(headOf(parts)), parts.body]);
    return standard(parts, `v1a,${sign(null, text, privateKey).toString('base64')}`);
  },
  isTaken: (message) => verifyWebhook(read(message), publicKeys, nowMs).ok,
  holds: isAmong,
  secret: publicBytes,
  time: String,
};

const text = 'a-secret-of-the-psa-0123456789';
const iso = (seconds: number) => new Date(seconds * 1_000).toISOString().replace('.000', '');

function described(name: string, description: object, time: Sender['time'] = String): Sender {
  const hmac = hmacDescriptionSchema.parse({ header: 'x-signature', key: 'text', algorithm: 'sha256', ...description });
  const keys = hmacKeys(text, hmac);
  const secret = keys[0]!;
  return {
    name,
    names: {
      ...(hmac.id && { id: hmac.id.header }),
      ...(hmac.timestamp && { time: hmac.timestamp.header }),
      signature: hmac.header,
    },
    send: (parts, key = secret) => {
      const mac = createHmac(hmac.algorithm, key);
      const said = { id: parts.id, timestamp: parts.time, body: parts.body };
      for (const part of hmac.signed) mac.update(typeof part === 'string' ? said[part] : part.text);
      return {
        headers: {
          ...(hmac.id && { [hmac.id.header]: parts.id }),
          ...(hmac.timestamp && { [hmac.timestamp.header]: parts.time }),
          [hmac.header]: `${hmac.prefix ?? ''}${mac.digest(hmac.encoding)}`,
        },
        body: parts.body,
      };
    },
    isTaken: (message) => verifyDescribedHmac(read(message), { hmac, keys }, nowMs).ok,
    holds: (header, signature) => header === signature,
    secret,
    time,
  };
}

const timestamp = (format: string) => ({ header: 'x-time', format });

export const senders: Sender[] = [
  symmetric,
  asymmetric,
  described('body in hex', { encoding: 'hex', prefix: 'sha256=', signed: ['body'] }),
  described('body in base64', { encoding: 'base64', key: 'sha256-of-text', signed: ['body'] }),
  described('sha1', { algorithm: 'sha1', encoding: 'base64', prefix: 'sha1=', signed: ['body'] }),
  described(
    'time and body',
    { encoding: 'base64', signed: ['timestamp', 'body'], timestamp: timestamp('iso-8601') },
    iso,
  ),
  described('body and time', { encoding: 'hex', signed: ['body', 'timestamp'], timestamp: timestamp('unix-seconds') }),
  described('all parts', {
    algorithm: 'sha512',
    encoding: 'hex',
    signed: [{ text: 'v0:' }, 'timestamp', { text: ':' }, 'id', { text: ':' }, 'body'],
    timestamp: timestamp('unix-seconds'),
    id: { header: 'x-id' },
  }),
];

/** Keys that a forger may know or hope for: those of other kinds, public ones, none, parts and hashes of the right one. */
export const otherKeys = (sender: Sender): Buffer[] =>
  [
    publicBytes,
    Buffer.from(`whpk_${publicBytes.toString('base64')}`),
    ...[oldSecret, newSecret].flatMap((key) => [key, Buffer.from(whsec(key)), Buffer.from(key.toString('base64'))]),
    ...[text, '', 'undefined', 'null', '[object Object]'].map((word) => Buffer.from(word)),
    sender.secret.subarray(1),
    createHash('sha256').update(sender.secret).digest(),
    Buffer.alloc(32),
    Buffer.alloc(64),
  ].filter((key) => !key.equals(sender.secret) && !(sender.name === 'v1' && key.equals(newSecret)));
