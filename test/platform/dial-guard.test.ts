import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress, judgeUrl } from '../../shared/platform/dial-guard.ts';

const inside4 = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.8.9.1',
  '168.63.129.16',
  '169.254.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.0.192',
  '192.0.2.7',
  '192.31.196.1',
  '192.52.193.1',
  '192.88.99.1',
  '192.168.1.1',
  '192.175.48.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.4',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
];

const inside6 = [
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:0:7f00:1',
  '64:ff9b::7f00:1',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::a00:1',
  '100::1',
  '2001::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:2::1',
  '2001:3::1',
  '2001:4:112::1',
  '2001:10::1',
  '2001:20::1',
  '2001:30::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:808:808::1',
  '2620:4f:8000::1',
  '3fff::1',
  '3fff:fff::1',
  '5f00::1',
  'fc00::1',
  'fd12:3456:789a::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '4000::1',
  'e000::1',
];

const outside = ['8.8.8.8', '1.1.1.1', '20.112.52.29', '172.32.0.1', '100.128.0.1', '168.63.129.17', '2606:4700::1111'];

const noAddress = [
  '',
  'localhost',
  '127.1',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '2130706433',
  '1.2.3.4.5',
  '[::1]',
  ' 8.8.8.8',
];

describe('isPublicAddress', () => {
  it.each([...inside4, ...inside6])('refuses %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(noAddress)('refuses %j, which no resolver answers', (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });

  it.each(outside)('takes %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it('refuses every embedding of a private IPv4 address', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const octets = fc.tuple(fc.constantFrom(10, 127), octet, octet, octet);
    const hex = (high: number, low: number) => ((high << 8) | low).toString(16);
    fc.assert(
      fc.property(octets, ([a, b, c, d]) => {
        const tail = `${hex(a, b)}:${hex(c, d)}`;
        const forms = [`::ffff:${tail}`, `::${tail}`, `64:ff9b::${tail}`, `64:ff9b:1::${tail}`, `2002:${tail}::1`];
        for (const form of [[a, b, c, d].join('.'), ...forms]) expect(isPublicAddress(form)).toBe(false);
      }),
    );
  });
});

/** The same four octets as browsers and C libraries accept them. */
function spellings4(address: string): string[] {
  const octets = address.split('.').map(Number);
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  return [
    address,
    `${address}.`,
    String(number),
    `0x${number.toString(16)}`,
    `0${number.toString(8)}`,
    octets.map((octet) => `0x${octet.toString(16)}`).join('.'),
    octets.map((octet) => `0${octet.toString(8)}`).join('.'),
    `${String(a)}.${String(b)}.${String(c * 256 + d)}`,
    `${String(a)}.${String((b * 256 + c) * 256 + d)}`,
    address.replaceAll('.', '%2e'),
    address.replaceAll('.', '。'),
    address.replaceAll(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
    `[::ffff:${address}]`,
  ];
}

const judged = (url: string, allow: string[] = []) => judgeUrl(new URL(url), allow).kind;

describe('judgeUrl', () => {
  it.each(inside4)('refuses %s in every spelling', (address) => {
    const taken = spellings4(address).filter((host) => judged(`https://${host}/hook`) !== 'refused');
    expect(taken).toEqual([]);
  });

  it.each(inside6.filter((address) => !address.includes('%')))('refuses [%s]', (address) => {
    expect(judged(`https://[${address}]/hook`)).toBe('refused');
    expect(judged(`https://[${address.toUpperCase()}]:443/`)).toBe('refused');
  });

  it.each([
    'http://portal.example/',
    'https://portal.example:8443/',
    'https://user:word@portal.example/',
    'ftp://portal.example/',
    'file:///etc/hosts',
    'data:text/plain,x',
  ])('refuses %s', (url) => {
    expect(judged(url)).toBe('refused');
  });

  it.each(['https://portal.example/hook', 'https://portal.example:443/', 'https://8.8.8.8/'])('takes %s', (url) => {
    expect(judged(url)).toBe('public-only');
  });

  it('exempts a listed host and port, and no other port or scheme of it', () => {
    const allow = ['127.0.0.1:7090', 'Inbox.example:443', '[::1]:8080'];
    expect(judged('http://127.0.0.1:7090/portals/a', allow)).toBe('excepted');
    expect(judged('https://inbox.example/', allow)).toBe('excepted');
    expect(judged('http://[::1]:8080/', allow)).toBe('excepted');
    expect(judged('http://127.0.0.1:7091/', allow)).toBe('refused');
    expect(judged('http://inbox.example/', allow)).toBe('refused');
    expect(judged('ftp://127.0.0.1:7090/', allow)).toBe('refused');
    expect(judged('http://me@127.0.0.1:7090/', allow)).toBe('refused');
  });
});
