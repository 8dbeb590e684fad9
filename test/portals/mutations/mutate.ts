import type { Random } from '../../../shared/core/ids.ts';
import { nowMs, otherKeys, type Message, type Parts, type Sender } from './senders.ts';

export type Draw = { below: (count: number) => number; of: <T>(list: readonly T[]) => T };

export const drawWith = (random: Random): Draw => {
  const below = (count: number) => Math.floor(random() * count);
  return { below, of: (list) => list[below(list.length)]! };
};

const seconds = nowMs / 1_000;

/** Bodies with what breaks in a careless verifier: dots, digits in front, bytes that are no text, letters with two spellings. */
export function someParts(draw: Draw, sender: Sender): Parts {
  const id = `msg_${String(draw.below(1_000_000))}`;
  const time = sender.time(seconds - draw.below(200));
  const bodies = [
    Buffer.from(`{"ticket":${String(draw.below(1e6))},"text":"Caf\u00e9 \u65e5\u672c"}`),
    Buffer.from(`17.${String(draw.below(1e6))}.{"a":1}`),
    Buffer.from([0x22, 0xff, draw.below(256), 0x22]),
    Buffer.from(`${String(draw.below(1e9))}${time}`),
    Buffer.alloc(0),
  ];
  return { id, time, body: draw.of(bodies) };
}

type Mutate = (message: Message, sender: Sender, draw: Draw) => Message;

const withHeader = (message: Message, name: string | undefined, change: (value: string) => string): Message =>
  name === undefined
    ? message
    : { ...message, headers: { ...message.headers, [name]: change(message.headers[name] ?? '') } };

const splice = (bytes: Buffer, at: number, { drop = 0, add = [] }: { drop?: number; add?: number[] }) =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(add), bytes.subarray(at + drop)]);

const fullWidth = (text: string) =>
  text.replaceAll(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const arabicDigits = (text: string) => text.replaceAll(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)));

const bodies: ((body: Buffer, draw: Draw) => Buffer)[] = [
  (body, draw) => {
    const at = draw.below(body.length);
    return splice(body, at, { drop: 1, add: [(body[at] ?? 0) ^ (1 << draw.below(8))] });
  },
  (body, draw) => splice(body, draw.below(body.length + 1), { add: [draw.below(256)] }),
  (body, draw) => splice(body, draw.below(body.length), { drop: 1 }),
  (body, draw) => body.subarray(0, draw.below(body.length + 1)),
  (body) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]),
  (body) => Buffer.concat([body, body]),
  (body) => Buffer.from(body.toString('utf8')),
  (body) => Buffer.from(body.toString('utf8').normalize('NFD')),
  (body) => Buffer.from(body.toString('latin1')),
  (body) => Buffer.concat([body, Buffer.from('\n')]),
  (body) => Buffer.from(body.toString('latin1').replaceAll(',', ', '), 'latin1'),
];

const texts: ((text: string, draw: Draw) => string)[] = [
  (text) => `${text} `,
  (text) => ` ${text}`,
  (text) => `${text}\u0000`,
  (text) => `${text}\r\n`,
  (text) => `${text}, ${text}`,
  (text) => `${text},${text}`,
  (text) => `${text}${text}`,
  (text) => text.toUpperCase(),
  (text) => text.slice(0, -1),
  (text) => text.slice(1),
  fullWidth,
  arabicDigits,
  () => '',
  (text, draw) => text + String.fromCharCode(draw.below(0x3000)),
  (text, draw) => {
    const at = draw.below(text.length);
    return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << draw.below(7))) + text.slice(at + 1);
  },
];

const ids: typeof texts = [
  ...texts,
  (text) => `${text}.1`,
  (text) => `.${text}`,
  (text) => text.replace('_', '\uff3f'),
  (text) => 'x'.repeat(256) + text,
];

const times: typeof texts = [
  ...texts,
  (text) => `${text}junk`,
  (text) => `${text}.0`,
  (text) => `+${text}`,
  (text) => `0${text}`,
  (text) => `${text}e0`,
  (text) => `0x${Number(text).toString(16)}`,
  (text, draw) => String(Number(text) + draw.below(600) - 300),
  (text, draw) => new Date(nowMs - draw.below(200_000)).toISOString().slice(0, text.length - 1) + 'Z',
  (_text, draw) => draw.of(['NaN', 'Infinity', '-1', '0', '1e9', String(seconds - 301), String(nowMs)]),
  (text) => text.replace('Z', '+00:00'),
  (text) => text.replace('T', ' '),
];

/** Changes what stands behind `v1,` or `sha256=`. */
const onMac =
  (change: (mac: string, draw: Draw) => string) =>
  (signature: string, draw: Draw): string => {
    const [prefix = ''] = /^(?:v1a?,|sha\d+=)/.exec(signature) ?? [];
    return prefix + change(signature.slice(prefix.length), draw);
  };

const signatures: typeof texts = [
  ...texts,
  onMac((mac) => mac.replaceAll('+', '-').replaceAll('/', '_')),
  onMac((mac) => mac.replace(/=+$/, '')),
  onMac((mac) => `${mac}=`),
  onMac((mac) => Buffer.from(mac, 'base64').toString('hex')),
  onMac((mac) => Buffer.from(mac, 'hex').toString('base64')),
  // The last sextet carries bits that decoding drops.
  onMac((mac, draw) =>
    mac.replace(/.(=+)$/, (_all, end: string) => draw.of(['B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', '1', '3']) + end),
  ),
  onMac((mac, draw) => mac.slice(0, draw.below(mac.length))),
  onMac((mac, draw) => {
    const bytes = Buffer.from(mac, 'base64');
    if (bytes.length > 0) bytes[draw.below(bytes.length)]! ^= 1 << draw.below(8);
    return bytes.toString('base64');
  }),
  onMac((mac) => 'A'.repeat(mac.length)),
  onMac((mac) => mac.toUpperCase()),
  onMac((mac) => `${mac} ${mac}`),
  (text) => text.replace('v1,', 'v1a,'),
  (text) => text.replace('v1a,', 'v1,'),
  (text) => text.replace(/^v/, 'V'),
  (text) => text.replace(/^v1a?/, 'v2'),
  (text) => text.replace(/^sha\d+=/, ''),
  (text) => text.replace(/^sha\d+=/, 'sha512='),
  (text) => Array(20).fill('v1,AAAA').concat(text).join(' '),
  (text) => text.replace(',', ', '),
  (text) => text.replace(/[,=]/, ''),
];

/** Shifts the boundary between two signed parts, keeping what they spell together. */
const shifted: Mutate = (message, { names }, draw) => {
  const { headers, body } = message;
  const time = names.time === undefined ? '' : (headers[names.time] ?? '');
  const id = names.id === undefined ? '' : (headers[names.id] ?? '');
  const count = 1 + draw.below(6);
  const fromBody = body.subarray(0, count).toString('latin1');
  const moves: [id: string, time: string, body: Buffer][] = [
    [id, time + fromBody, body.subarray(count)],
    [id, time.slice(0, -count), Buffer.concat([Buffer.from(time.slice(-count)), body])],
    [id + time.slice(0, count), time.slice(count), body],
    [`${id}.${time}`, fromBody, body.subarray(count)],
    [id.slice(0, -count), id.slice(-count) + time, body],
    [id, body.subarray(-10).toString('latin1'), Buffer.concat([body.subarray(0, -10), Buffer.from(time)])],
    [id, `${time}.${body.toString('latin1').split('.')[0] ?? ''}`, body.subarray(body.indexOf('.') + 1)],
  ];
  const [newId, newTime, newBody] = draw.of(moves);
  const moved = withHeader({ headers, body: newBody }, names.time, () => newTime);
  return withHeader(moved, names.id, () => newId);
};

/** The same words, signed by somebody who has another key. */
const forged: Mutate = (message, sender, draw) => {
  const { names } = sender;
  const parts = {
    id: message.headers[names.id ?? ''] ?? '',
    time: message.headers[names.time ?? ''] ?? '',
    body: message.body,
  };
  return sender.send(parts, draw.of(otherKeys(sender)));
};

const dropped: Mutate = (message, _sender, draw) => {
  const gone = draw.of(Object.keys(message.headers));
  return { ...message, headers: Object.fromEntries(Object.entries(message.headers).filter(([name]) => name !== gone)) };
};

export const mutations: Mutate[] = [
  (message, _sender, draw) => ({ ...message, body: draw.of(bodies)(message.body, draw) }),
  (message, { names }, draw) => withHeader(message, names.id, (text) => draw.of(ids)(text, draw)),
  (message, { names }, draw) => withHeader(message, names.time, (text) => draw.of(times)(text, draw)),
  (message, { names }, draw) => withHeader(message, names.signature, (text) => draw.of(signatures)(text, draw)),
  (message, { names }, draw) => withHeader(message, names.signature, (text) => draw.of(signatures)(text, draw)),
  shifted,
  forged,
  dropped,
];
