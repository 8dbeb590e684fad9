import { sign, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export type CertificateName = { organisation: string; commonName: string };

export type NewCertificate = {
  subject: CertificateName;
  issuer: CertificateName;
  publicKey: KeyObject;
  /** Private key of the issuer: RSA or P-256. */
  signedBy: KeyObject;
  /** Milliseconds since the epoch, before 2050. */
  notBefore: number;
  notAfter: number;
  isCa?: boolean;
  /** Where the certificate says that its issuer's lies. */
  issuerUrl?: string;
};

const tag = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  uri: 0x86,
  version: 0xa0,
  extensions: 0xa3,
};

function der(kind: keyof typeof tag, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag[kind], ...size), content]);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const septets = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) septets.unshift((left & 0x7f) | 0x80);
    return septets;
  });
  return der('oid', Uint8Array.from(bytes));
}

const attribute = (id: string, value: string) => der('set', der('sequence', oid(id), der('utf8', Buffer.from(value))));

const name = ({ organisation, commonName }: CertificateName) =>
  der('sequence', attribute('2.5.4.10', organisation), attribute('2.5.4.3', commonName));

const time = (ms: number) => der('utcTime', Buffer.from(new Date(ms).toISOString().replace(/^..|[-:T]|\.\d+/g, '')));

const isTrue = der('boolean', Uint8Array.of(0xff));

const extension = (id: string, value: Uint8Array, isCritical = true) =>
  der('sequence', oid(id), ...(isCritical ? [isTrue] : []), der('octets', value));

/** Basic constraints, key usage (signing certificates or data) and, where asked for, authority information access. */
function extensions({ isCa = false, issuerUrl }: NewCertificate): Buffer {
  const usage = isCa ? Uint8Array.of(2, 0x04) : Uint8Array.of(7, 0x80);
  const all = [
    extension('2.5.29.19', der('sequence', ...(isCa ? [isTrue] : []))),
    extension('2.5.29.15', der('bits', usage)),
  ];
  if (issuerUrl !== undefined) {
    const access = der('sequence', oid('1.3.6.1.5.5.7.48.2'), der('uri', Buffer.from(issuerUrl)));
    all.push(extension('1.3.6.1.5.5.7.1.1', der('sequence', access), false));
  }
  return der('extensions', der('sequence', ...all));
}

/** An X.509 version 3 certificate (RFC 5280), as small as one may be. For the local world and for tests. */
export function makeCertificate(wanted: NewCertificate): X509Certificate {
  const { subject, issuer, publicKey, signedBy, notBefore, notAfter } = wanted;
  const algorithm =
    signedBy.asymmetricKeyType === 'rsa'
      ? der('sequence', oid('1.2.840.113549.1.1.11'), der('null'))
      : der('sequence', oid('1.2.840.10045.4.3.2'));
  const toBeSigned = der(
    'sequence',
    der('version', der('integer', Uint8Array.of(2))),
    der('integer', Uint8Array.of(1)),
    algorithm,
    name(issuer),
    der('sequence', time(notBefore), time(notAfter)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions(wanted),
  );
  const signature = der('bits', Uint8Array.of(0), sign('sha256', toBeSigned, signedBy));
  return new X509Certificate(der('sequence', toBeSigned, algorithm, signature));
}
