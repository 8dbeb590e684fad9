import { X509Certificate, type KeyObject } from 'node:crypto';

/** A key that was vouched for, and while it is (milliseconds since the epoch): no certificate of its chain is out of its time. */
export type Signer = { key: KeyObject; fromMs: number; untilMs: number };

export type Chain =
  | ({ kind: 'trusted' } & Signer)
  /** The issuer of this certificate is not among those given. */
  | { kind: 'incomplete'; last: X509Certificate }
  | { kind: 'refused'; reason: string };

/** Whose certificates sign. Microsoft docs: "Partner Center webhooks", whose sample asks for it in the issuer. */
const organisation = 'Microsoft Corporation';
const leastRsaBits = 2_048;
/** The signer's certificate, its root and what stands between them. */
const longestChain = 5;

/**
 * Follows a signer's certificate up to a pinned one. Every certificate is in its time and signed by the next, every issuer may
 * issue, and the signer and all below the pinned one are Microsoft's own by name.
 */
export function chainOf(leaf: X509Certificate, given: Given): Chain {
  try {
    return follow(leaf, given);
  } catch {
    // A key or a name in it cannot be read.
    return { kind: 'refused', reason: 'a certificate is damaged' };
  }
}

type Given = { others: readonly X509Certificate[]; anchors: readonly X509Certificate[]; nowMs: number };

function follow(leaf: X509Certificate, { others, anchors, nowMs }: Given): Chain {
  const reason = leafTrouble(leaf);
  if (reason !== undefined) return { kind: 'refused', reason };
  const chain = [leaf];
  for (;;) {
    const last = chain.at(-1) ?? leaf;
    if (chain.length >= longestChain) return { kind: 'refused', reason: 'the chain is too long' };
    const anchor = anchors.find((one) => hasIssued(one, last));
    const issuer = anchor ?? others.find((one) => isOurs(one.subject) && hasIssued(one, last));
    if (issuer === undefined) return { kind: 'incomplete', last };
    chain.push(issuer);
    if (anchor !== undefined) return inTime(chain, nowMs);
  }
}

/**
 * Whether a name has this one organisation and no other. Node writes a line per part and escapes line ends inside one.
 * `toLegacyObject` would give parts, but ends the process for some damaged certificates (Node 24.21).
 */
const isOurs = (name: string): boolean => {
  const organisations = name.split('\n').filter((part) => part.startsWith('O='));
  return organisations.length === 1 && organisations[0] === `O=${organisation}`;
};

function leafTrouble(leaf: X509Certificate): string | undefined {
  if (!isOurs(leaf.subject) || !isOurs(leaf.issuer)) return 'it is of another organisation';
  if (leaf.ca) return 'it is an authority’s';
  const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
  const isStrong = asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= leastRsaBits;
  return isStrong ? undefined : 'its key is no RSA key of 2,048 bits';
}

const hasIssued = (issuer: X509Certificate, one: X509Certificate): boolean =>
  issuer.ca && one.checkIssued(issuer) && one.verify(issuer.publicKey);

function inTime(chain: readonly X509Certificate[], nowMs: number): Chain {
  const fromMs = Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom)));
  const untilMs = Math.min(...chain.map(({ validTo }) => Date.parse(validTo)));
  const [leaf] = chain;
  // Written so that a time which cannot be read is out of time.
  const isInTime = nowMs >= fromMs && nowMs < untilMs;
  if (!isInTime || leaf === undefined) return { kind: 'refused', reason: 'the chain is out of its time' };
  return { kind: 'trusted', key: leaf.publicKey, fromMs, untilMs };
}

const pemBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const mostBlocks = 6;

/** Certificates as they lie on the web: DER, base64 of it, or PEM, there also several. Throws where there is none. */
export function readCertificates(bytes: Buffer): X509Certificate[] {
  const text = bytes.toString('latin1');
  const blocks = text.match(pemBlock);
  if (blocks) return blocks.slice(0, mostBlocks).map((block) => new X509Certificate(block));
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text.replace(/\s+/g, ''));
  return [new X509Certificate(isBase64 ? Buffer.from(text, 'base64') : bytes)];
}
