import { readFileSync } from 'node:fs';

/** Addresses that no public server has: the ends, the middle and the well known ones of each block, by block. */
export const innerAddresses = JSON.parse(
  readFileSync(new URL('inner-addresses.json', import.meta.url), 'utf8'),
) as Record<string, string[]>;

export const familyOf = (address: string) => (address.includes(':') ? 6 : 4);

const fullWidth = (text: string) =>
  text.replaceAll(/[0-9a-f.]/gi, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const percent = (text: string) => text.replaceAll(/[^.]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

/** The same four octets as URL parsers, browsers and C libraries read them. */
function spellings4(address: string): string[] {
  const octets = address.split('.').map(Number);
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  const hex = (value: number) => value.toString(16);
  return [
    address,
    `${address}.`,
    `${address}:443`,
    String(number),
    `0x${hex(number)}`,
    `0X${hex(number).toUpperCase()}`,
    `0${number.toString(8)}`,
    octets.map((octet) => `0x${hex(octet)}`).join('.'),
    octets.map((octet) => `0${octet.toString(8)}`).join('.'),
    octets.map((octet) => `0000${octet.toString(8)}`).join('.'),
    `0x${hex(a)}.${String(b)}.0${c.toString(8)}.${String(d)}`,
    `${String(a)}.${String(b)}.${String(c * 256 + d)}`,
    `${String(a)}.${String((b * 256 + c) * 256 + d)}`,
    percent(address),
    address.replaceAll('.', '%2e'),
    address.replaceAll('.', '\u3002'),
    address.replaceAll('.', '\uff61'),
    fullWidth(address),
    address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x1d7d8 + Number(digit))),
    `[::ffff:${address}]`,
    `[::ffff:${hex(a * 256 + b)}:${hex(c * 256 + d)}]`,
    `[64:ff9b::${address}]`,
  ];
}

/** Eight groups of an address, whatever is left out in it. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  return tail === undefined
    ? before
    : [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
}

function spellings6(address: string): string[] {
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6).map((group) => parseInt(group, 16));
  const dotted = [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const full = groups.map((group) => group.padStart(4, '0')).join(':');
  return [
    `[${address}]`,
    `[${address}]:443`,
    `[${groups.join(':')}]`,
    `[${full}]`,
    `[${full.toUpperCase()}]`,
    `[${groups.slice(0, 6).join(':')}:${dotted}]`,
    `[${address}%25eth0]`,
    `[${address}%1]`,
    `[${address}].`,
    `[${percent(address)}]`,
    fullWidth(`[${address}]`),
    `${full.replaceAll(':', '-')}.ipv6-literal.net`,
  ];
}

/** How the host of a URL may be written that leads to this address; among them some that are no address to the desk. */
export const spellingsOf = (address: string) => (familyOf(address) === 4 ? spellings4(address) : spellings6(address));
