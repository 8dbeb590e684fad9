import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress, judgeUrl } from '../../shared/platform/dial-guard.ts';
import { familyOf, innerAddresses } from './spellings.ts';

const inner = Object.values(innerAddresses).flat();

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
  it.each([...inner, 'fe80::1%eth0'])('refuses %s', (address) => {
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

const judged = (url: string, allow: string[] = []) => judgeUrl(new URL(url), allow).kind;

describe('judgeUrl', () => {
  it.each(inner)('refuses the address %s where the URL names it', (address) => {
    expect(judged(`https://${familyOf(address) === 4 ? address : `[${address}]`}/hook`)).toBe('refused');
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
