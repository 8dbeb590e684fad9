import ipaddr from 'ipaddr.js';

/** IPv6 addresses outside of this block are not global unicast, whatever they embed. Source: IANA, IPv6 address space. */
const globalUnicast6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Blocks that ipaddr.js calls unicast and that no public server has. `2001::/23` holds Teredo, ORCHID and benchmarks; 6to4 and
 * the documentation blocks follow. Source: IANA special-purpose address registries.
 */
const refused6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'].map((block) =>
  ipaddr.IPv6.parseCIDR(block),
);

/** The wire server of Azure's platform: looks public, answers every virtual machine. Source: Microsoft docs, 168.63.129.16. */
const refused4 = ['168.63.129.16/32'].map((block) => ipaddr.IPv4.parseCIDR(block));

/**
 * Whether a resolved address belongs to a public server: global unicast, and none of the forms that lead back inside (private,
 * loopback, link-local, carrier NAT, embedded IPv4, documentation, benchmarks). Anything that is no plain address is not.
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    const parsed = ipaddr.IPv4.parse(address);
    return parsed.range() === 'unicast' && !refused4.some((block) => parsed.match(block));
  }
  if (address.includes('%') || !ipaddr.IPv6.isValid(address)) return false;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.match(globalUnicast6) && parsed.range() === 'unicast' && !refused6.some((block) => parsed.match(block));
}

/** How a URL that the desk was told to call may be dialled: freely, only to public addresses, or not at all. */
type DialJudgement = { kind: 'excepted' } | { kind: 'public-only' } | { kind: 'refused'; reason: string };

/**
 * Judges a URL before any name is looked up. `allow` holds `host:port` entries, which may be private and plain http; all else
 * is https on port 443, without credentials in the URL. The URL parser has made one spelling of each literal address.
 */
export function judgeUrl(url: URL, allow: readonly string[]): DialJudgement {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { kind: 'refused', reason: 'not https' };
  if (url.username !== '' || url.password !== '') return { kind: 'refused', reason: 'credentials in the URL' };
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (allow.some((entry) => entry.toLowerCase() === `${url.hostname}:${port}`)) return { kind: 'excepted' };
  if (url.protocol !== 'https:') return { kind: 'refused', reason: 'not https' };
  if (port !== '443') return { kind: 'refused', reason: 'not port 443' };
  const literal = literalAddress(url.hostname);
  if (literal !== undefined && !isPublicAddress(literal)) return { kind: 'refused', reason: 'not a public address' };
  return { kind: 'public-only' };
}

/** The address itself where the host is one; sockets to literal addresses never ask for a look-up. */
function literalAddress(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return ipaddr.IPv4.isValid(hostname) ? hostname : undefined;
}
