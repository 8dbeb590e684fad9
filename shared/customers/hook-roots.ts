import { createHash, type X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { readCertificates } from './hook-chain.ts';

/**
 * SHA-256 of the roots under which Microsoft's public certificates stand. Microsoft docs: "Azure Certificate Authority details".
 * The certificates themselves come with Node; one that a later Node no longer brings is no longer trusted.
 */
const pinned: ReadonlySet<string> = new Set([
  // Microsoft RSA Root Certificate Authority 2017
  'c741f70f4b2a8d88bf2e71c14122ef53ef10eba0cfa5e64cfa20f418853073e0',
  // Microsoft ECC Root Certificate Authority 2017
  '358df39d764af9e1b766e9c972df352ee15cfac227af6ad1d70e8e4a6edcba02',
  // DigiCert Global Root G2
  'cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f',
  // DigiCert Global Root G3
  '31ad6648f8104138c738f39ea4320133393e3a18cc02296ef97c2ac9ef6731d0',
]);

/** The pinned roots, and those of the operator's (PEM, one after the other). Throws where those cannot be read. */
export function readAnchors(more: string | undefined): X509Certificate[] {
  const known = rootCertificates.filter((pem) => pinned.has(fingerprint(pem)));
  const all = [...known, ...(more === undefined ? [] : [more])];
  return all.flatMap((pem) => readCertificates(Buffer.from(pem)));
}

const fingerprint = (pem: string): string =>
  createHash('sha256')
    .update(Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64'))
    .digest('hex');
