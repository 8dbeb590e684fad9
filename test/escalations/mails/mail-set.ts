import { readFileSync } from 'node:fs';
import type { Random } from '../../../shared/core/ids.ts';
import { markerOf } from '../../../shared/escalations/packet.ts';
import { seededRandom } from '../../support/seeded.ts';
import { forgeries, genuine, type Field } from './envelope.ts';

export type SyntheticCase = { escalationId: string; number: string; title: string; isNumberKnown: boolean };

/** `truth`: the escalation that a person would put it on; undefined where a person could not say. */
export type SyntheticMail = { raw: string; kind: string; truth: string | undefined; isForged: boolean };

const languages = ['en', 'de', 'ja'] as const;
type Language = (typeof languages)[number];

/** Templates by kind: hand-written, one file a language. */
const templates = Object.fromEntries(
  languages.map((language) => {
    const text = readFileSync(new URL(`${language}.txt`, import.meta.url), 'utf8');
    const blocks = text.split(/^=== /m).slice(1);
    return [
      language,
      new Map(blocks.map((block) => [block.slice(0, block.indexOf('\n')), block.slice(block.indexOf('\n') + 1)])),
    ];
  }),
) as Record<Language, Map<string, string>>;

/** How many of 300 mails are of a kind. */
const shares: readonly (readonly [kind: string, mails: number])[] = [
  ['created', 24],
  ['first', 30],
  ['question', 34],
  ['update', 34],
  ['forward', 24],
  ['closing', 18],
  ['body-number', 18],
  ['case-word', 16],
  ['marker', 8],
  ['created-unknown', 8],
  ['no-number', 10],
  ['several', 6],
  ['contradicting', 5],
  ['quote-only', 3],
  ['forged', 62],
];
const forgedKinds = ['created', 'first', 'question', 'closing', 'created-unknown', 'marker'];

const titles: Record<Language, readonly string[]> = {
  en: ['Outbound mail is late', 'Sign-in fails for two sites', 'Invoice 0600123 shows the wrong amount'],
  de: ['Ausgehende E-Mails kommen verspätet an', 'Anmeldung schlägt fehl', 'Rechnung über 1.204,50 € prüfen'],
  ja: ['外部宛のメールが遅延する', 'サインインできない', '請求書の金額の確認'],
};
const engineers: Record<Language, readonly string[]> = {
  en: ['Alba Vega', 'Tom Rask'],
  de: ['Jörg Brandt', 'Ute Weiß'],
  ja: ['佐藤', '高橋'],
};

const quoteHeads: Record<Language, readonly string[]> = {
  en: [
    '-----Original Message-----\nFrom: Northlight Desk <cases@lindmoor.example>\nSent: Friday, October 30, 2026 9:12 AM\nTo: Microsoft Support\nSubject: {older}',
    'From: Northlight Desk <cases@lindmoor.example>\nSent: Friday, October 30, 2026 9:12 AM\nTo: Microsoft Support\nSubject: {older}',
    'On Fri, Oct 30, 2026 at 9:12 AM Northlight Desk <cases@lindmoor.example> wrote:',
  ],
  de: [
    '-----Ursprüngliche Nachricht-----\nVon: Northlight Desk <cases@lindmoor.example>\nGesendet: Freitag, 30. Oktober 2026 09:12\nAn: Microsoft Support\nBetreff: {older}',
    'Von: Northlight Desk <cases@lindmoor.example>\nGesendet: Freitag, 30. Oktober 2026 09:12\nAn: Microsoft Support\nBetreff: {older}',
    'Am Fr., 30. Okt. 2026 um 09:12 Uhr schrieb Northlight Desk <cases@lindmoor.example>:',
  ],
  ja: [
    '差出人: Northlight Desk <cases@lindmoor.example>\n送信日時: 2026年10月30日 9:12\n宛先: Microsoft Support\n件名: {older}',
    '-----元のメッセージ-----\n差出人: Northlight Desk <cases@lindmoor.example>\n送信日時: 2026年10月30日 9:12\n件名: {older}',
    '2026年10月30日(金) 9:12 Northlight Desk <cases@lindmoor.example> さんは書きました:',
  ],
};

const pick = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
const fullWidth = (digits: string): string =>
  digits.replaceAll(/\d/g, (digit) => String.fromCodePoint(digit.charCodeAt(0) + 0xfee0));

export const syntheticCases = (count: number): SyntheticCase[] =>
  Array.from({ length: count }, (_, n) => ({
    escalationId: `${'abcdefghijklmnopqrstuvwxyz'.charAt(n % 26)}${'qrstuvwxyz234567'.charAt(n >> 4)}${'cdefghij'.charAt(n % 8)}defghijklmnopqrstuvwxy2-1`,
    number: `26110200300${String(10_000 + n * 37)}`,
    title: `case ${String(n)}`,
    isNumberKnown: n % 5 !== 4,
  }));

/** 300 mails and what is true of each, by a seed. */
export function mailSet(seed: number, cases: readonly SyntheticCase[]): SyntheticMail[] {
  const random = seededRandom(seed);
  const kinds = shares.flatMap(([kind, mails]) => Array.from({ length: mails }, () => kind));
  const numbered = cases.filter(({ isNumberKnown }) => isNumberKnown);
  const unnumbered = cases.filter(({ isNumberKnown }) => !isNumberKnown);
  return kinds.map((kind, n) => {
    const text = kind === 'forged' ? forgedKinds[n % forgedKinds.length]! : kind;
    const about = text === 'created-unknown' ? unnumbered[n % unnumbered.length]! : pick(random, numbered);
    const others = numbered.filter((one) => one !== about);
    const [other, third] = [pick(random, others), pick(random, others)];
    const isForged = kind === 'forged';
    const [name, forged] = Object.entries(forgeries)[n % Object.keys(forgeries).length]!;
    const fields = isForged ? forged : genuine(random);
    const raw = write(random, { kind: text, about, other, third: third === other ? about : third, fields, n });
    const isNobodys = isForged || kind === 'no-number' || kind === 'several';
    const truth = kind === 'contradicting' ? (third === other ? about : third) : about;
    return {
      raw,
      kind: isForged ? `forged: ${name}` : kind,
      truth: isNobodys ? undefined : truth.escalationId,
      isForged,
    };
  });
}

type Plan = {
  kind: string;
  about: SyntheticCase;
  other: SyntheticCase;
  third: SyntheticCase;
  fields: readonly Field[];
  n: number;
};

function write(random: Random, { kind, about, other, third, fields, n }: Plan): string {
  const language = languages[n % languages.length]!;
  const title = pick(random, titles[language]);
  const engineer = pick(random, engineers[language]);
  const olderSubject = `${pick(random, titles[language])} - TrackingID#${other.number}`;
  const values: Record<string, string> = {
    ...{ title, engineer, number: about.number, fresh: about.number, other: other.number, third: third.number },
    fullwidth: fullWidth(about.number),
    marker: markerOf(about.escalationId),
    quote: quoted(random, language, [
      olderSubject,
      `${olderSubject}\n\nCase ${other.number} [${markerOf(other.escalationId)}]\n${other.title}`,
    ]),
    ownquote: quoted(random, language, [`${title} - TrackingID#${about.number}`, `TrackingID#${about.number}`]),
  };
  const filled = templates[language].get(kind)!.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '');
  const [, subject = '', body = ''] = /^Subject: (.*)\n\n([\s\S]*)$/.exec(filled) ?? [];
  const head: Field[] = [
    ...fields,
    ['To', 'cases@lindmoor.example'],
    ['Subject', encodedSubject(random, subject, language)],
    ['Message-ID', `<synthetic-${String(n)}@mail.example>`],
    ['Date', 'Mon, 2 Nov 2026 09:00:00 +0000'],
    ['MIME-Version', '1.0'],
  ];
  const { type, encoding, content } = encodedBody(random, body, language);
  const all: Field[] = [...head, ['Content-Type', type], ['Content-Transfer-Encoding', encoding]];
  return `${all.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${content}`;
}

/** Older conversation, in the ways in which mail clients carry it along. */
function quoted(random: Random, language: Language, [older, text]: readonly [string, string]): string {
  const head = pick(random, quoteHeads[language]).replace('{older}', older);
  const isMarked = /wrote:$|schrieb .*:$|書きました:$/.test(head);
  return `${head}\n\n${isMarked ? text.replaceAll(/^/gm, '> ') : text}`;
}

function encodedSubject(random: Random, subject: string, language: Language): string {
  if (/^[ -~]*$/.test(subject)) return subject.replace(' - ', ' -\r\n ');
  if (language === 'de' && random() < 0.5) {
    const hex = (byte: number) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    const latin = Buffer.from(subject.replaceAll('€', 'EUR'), 'latin1');
    return `=?iso-8859-1?Q?${[...latin].map((byte) => (/[A-Za-z0-9]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : hex(byte))).join('')}?=`;
  }
  const bytes = Buffer.from(subject);
  const words: string[] = [];
  // Words cut in the middle of a character, as many senders do.
  for (let at = 0; at < bytes.length; at += 40)
    words.push(`=?UTF-8?B?${bytes.subarray(at, at + 40).toString('base64')}?=`);
  return words.join('\r\n ');
}

const html = (text: string): string =>
  `<html><head><style>p{margin:0}</style></head><body>${text
    .split('\n')
    .map(
      (line) => `<div>${line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') || '<br>'}</div>`,
    )
    .join('\n')}</body></html>`;

function encodedBody(random: Random, body: string, language: Language) {
  const way = Math.floor(random() * 4);
  const base64 = (text: string) => Buffer.from(text).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
  if (way === 0) return { type: 'text/plain; charset=utf-8', encoding: '8bit', content: body };
  if (way === 1) return { type: 'text/html; charset="utf-8"', encoding: 'base64', content: base64(html(body)) };
  if (way === 2 && language === 'de') {
    const latin = [...Buffer.from(body.replaceAll('€', 'EUR'), 'latin1')];
    const content = latin
      .map((byte) => (byte > 126 || byte === 61 ? `=${byte.toString(16).toUpperCase()}` : String.fromCharCode(byte)))
      .join('');
    return { type: 'text/plain; charset=iso-8859-1', encoding: 'quoted-printable', content };
  }
  const part = (type: string, text: string) =>
    `--b1\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(text)}\r\n`;
  const content = `${part('text/plain', body)}${part('text/html', html(body))}--b1--\r\n`;
  return { type: 'multipart/alternative; boundary="b1"', encoding: '7bit', content };
}
