import type { Random } from '../../../shared/core/ids.ts';

export type Field = readonly [name: string, value: string];

const frontDoor =
  'from mail.sender.example (203.0.113.7) by DB5EUR01FT042.mail.protection.outlook.com (10.152.4.1) with Microsoft SMTP Server (version=TLS1_2) id 15.20.9000.12 via Frontend Transport; Mon, 2 Nov 2026 09:00:00 +0000';
const inner =
  'from DB5EUR01FT042.eop-eur01.prod.protection.outlook.com (2603:10a6::1) by AM0PR02CA0001.outlook.office365.com with Microsoft SMTP Server (version=TLS1_3) id 15.20.9000.12; Mon, 2 Nov 2026 09:00:01 +0000';

type Verdict = {
  spf: string;
  dkim: string;
  d: string;
  dmarc: string;
  from: string;
  mailFrom?: string;
  compauth?: string;
};

/** As Exchange Online writes it: no name of the server, comments, uneven blanks, folded. */
const results = ({ spf, dkim, d, dmarc, from, mailFrom = from, compauth = 'pass reason=100' }: Verdict): Field => [
  'Authentication-Results',
  `spf=${spf} (sender IP is 203.0.113.7)\r\n smtp.mailfrom=${mailFrom}; dkim=${dkim} (signature was verified)\r\n header.d=${d};dmarc=${dmarc} action=none\r\n header.from=${from};compauth=${compauth}`,
];

const passed = (from: string, d = from): Field => results({ spf: 'pass', dkim: 'pass', d, dmarc: 'pass', from });
const failed = (from: string, compauth = 'fail reason=000'): Field =>
  results({ spf: 'fail', dkim: 'none', d: 'none', dmarc: 'fail', from, mailFrom: 'evil.example', compauth });

/** The lines that Exchange Online puts on top of a mail from outside, with its verdict between them. */
const stamped = (verdict: readonly Field[]): Field[] => [['Received', inner], ...verdict, ['Received', frontDoor]];

const senders = [
  ['Microsoft Support', 'support@mail.support.microsoft.com'],
  ['Microsoft Customer Support', 'azsupport@microsoft.com'],
  ['"Vega, Alba (Convergys)"', 'v-alvega@microsoft.com'],
  ['=?utf-8?B?44Oe44Kk44Kv44Ot44K944OV44OI?= =?utf-8?B?IOOCteODneODvOODiA==?=', 'jpsupport@support.microsoft.com'],
] as const;

/** A mail of Microsoft's as it lies in the partner's mailbox. */
export function genuine(random: Random): Field[] {
  const [name, address] = senders[Math.floor(random() * senders.length)]!;
  const domain = address.slice(address.indexOf('@') + 1);
  return [...stamped([passed(domain, 'microsoft.com')]), ['From', `${name} <${address}>`]];
}

const microsoft = 'Microsoft Support <support@microsoft.com>';
const from = (value: string): Field => ['From', value];
const own: Field = [
  'Authentication-Results',
  'mail.evil.example; dmarc=pass header.from=microsoft.com; dkim=pass header.d=microsoft.com',
];
const bareOwn: Field = [
  'Authentication-Results',
  'spf=pass smtp.mailfrom=microsoft.com; dkim=pass header.d=microsoft.com; dmarc=pass header.from=microsoft.com',
];

/** Every way of seeming to be Microsoft that we could think of; `colleague` is honest and is not Microsoft either. */
export const forgeries: Readonly<Record<string, readonly Field[]>> = {
  'nothing passes': [...stamped([failed('microsoft.com')]), from(microsoft)],
  'composite authentication alone': [...stamped([failed('microsoft.com', 'pass reason=130')]), from(microsoft)],
  'a name that looks like it': [
    ...stamped([passed('rnicrosoft.com')]),
    from('Microsoft Support <support@rnicrosoft.com>'),
  ],
  'a longer name': [
    ...stamped([passed('microsoft.com.evil.example')]),
    from('Microsoft Support <support@microsoft.com.evil.example>'),
  ],
  'a name that ends like it': [...stamped([passed('notmicrosoft.com')]), from('Support <support@notmicrosoft.com>')],
  'a Cyrillic letter': [
    ...stamped([passed('xn--micrsoft-qbh.com')]),
    from('Microsoft Support <support@micrоsoft.com>'),
  ],
  'its punycode': [...stamped([passed('xn--micrsoft-qbh.com')]), from('Support <support@xn--micrsoft-qbh.com>')],
  'an address as the display name': [
    ...stamped([passed('evil.example')]),
    from('"support@microsoft.com" <x@evil.example>'),
  ],
  'an address as an unquoted display name': [
    ...stamped([passed('evil.example')]),
    from('support@microsoft.com <x@evil.example>'),
  ],
  'an encoded display name': [
    ...stamped([passed('evil.example')]),
    from('=?utf-8?Q?Microsoft_=3Csupport=40microsoft.com=3E?= <x@evil.example>'),
  ],
  'two senders': [...stamped([passed('microsoft.com')]), from(microsoft), from('x@evil.example')],
  'two addresses': [...stamped([passed('microsoft.com')]), from('support@microsoft.com, x@evil.example')],
  'a group': [...stamped([passed('microsoft.com')]), from('Support: x@evil.example, support@microsoft.com;')],
  'results of its own below': [...stamped([failed('microsoft.com')]), bareOwn, own, from(microsoft)],
  'results of its own alone': [...stamped([]), bareOwn, from(microsoft)],
  'results of its own with a server': [['Received', inner], own, from(microsoft)],
  'no results': [...stamped([]), from(microsoft)],
  'ARC alone': [
    ...stamped([failed('microsoft.com')]),
    [
      'ARC-Authentication-Results',
      'i=1; mx.microsoft.com 1; spf=pass smtp.mailfrom=microsoft.com; dmarc=pass header.from=microsoft.com; dkim=pass header.d=microsoft.com',
    ],
    from(microsoft),
  ],
  'a verdict smuggled into the envelope': [
    ...stamped([
      results({
        ...{ spf: 'pass', dkim: 'none', d: 'none', dmarc: 'fail', from: 'microsoft.com' },
        mailFrom: 'x;dmarc=pass header.from=microsoft.com;spf=none',
      }),
    ]),
    from(microsoft),
  ],
  'a signature of its own': [
    ...stamped([
      results({
        spf: 'pass',
        dkim: 'pass',
        d: 'evil.example',
        dmarc: 'none',
        from: 'microsoft.com',
        mailFrom: 'evil.example',
      }),
    ]),
    from(microsoft),
  ],
  'a forgotten host': [...stamped([passed('promo.microsoft.com')]), from('Microsoft <news@promo.microsoft.com>')],
  'a verdict about another sender': [...stamped([passed('evil.example')]), from(microsoft)],
  'from inside': [['X-MS-Exchange-Organization-AuthAs', 'Internal'], bareOwn, from(microsoft)],
  colleague: [...stamped([passed('lindmoor.example')]), from('Ingrid Aasen <ingrid@lindmoor.example>')],
};
