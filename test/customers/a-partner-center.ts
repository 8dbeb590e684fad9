import { generateKeyPairSync, sign, type KeyObject, type X509Certificate } from 'node:crypto';
import { makeCertificate, type NewCertificate } from '../../local/microsoft/make-certificate.ts';
import { limits } from '../../shared/core/limits.ts';
import type { HttpCall } from '../../shared/platform/http.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
import { scriptedHttp, type Scripted } from '../support/scripted-http.ts';

const microsoft = (commonName: string) => ({ organisation: 'Microsoft Corporation', commonName });
export const names = {
  root: microsoft('Root'),
  issuing: microsoft('Issuing'),
  signer: microsoft('pcnotifications-dispatch.microsoft.com'),
};
const ec = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const keys = {
  root: ec(),
  otherRoot: ec(),
  issuing: ec(),
  signer: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  weak: generateKeyPairSync('rsa', { modulusLength: 1_024 }),
};
export const from = Date.parse('2026-10-01T00:00:00Z');
export const until = Date.parse('2027-10-01T00:00:00Z');

const common = { notBefore: from, notAfter: until };
export const aRoot = (more: Partial<NewCertificate> = {}): X509Certificate =>
  makeCertificate({
    ...common,
    ...{ subject: names.root, issuer: names.root, publicKey: keys.root.publicKey, signedBy: keys.root.privateKey },
    isCa: true,
    ...more,
  });
export const anIssuing = (more: Partial<NewCertificate> = {}): X509Certificate =>
  aRoot({ subject: names.issuing, publicKey: keys.issuing.publicKey, ...more });
/** The certificate that signs webhooks; under the issuing authority, which stands under the root. */
export const aLeaf = (more: Partial<NewCertificate> = {}): X509Certificate =>
  makeCertificate({
    ...common,
    subject: names.signer,
    issuer: names.issuing,
    publicKey: keys.signer.publicKey,
    signedBy: keys.issuing.privateKey,
    ...more,
  });

export const place = 'https://3psostorageacct.blob.core.windows.net/cert/';
export const certificateUrl = `${place}pcnotifications-dispatch.microsoft.com.cer`;
export const pem = (...certificates: X509Certificate[]): string =>
  certificates.map((certificate) => certificate.toString()).join('');
export const derText = (certificate: X509Certificate): string => certificate.raw.toString('latin1');

export const signed = (body: string | Uint8Array, key: KeyObject = keys.signer.privateKey): string =>
  sign('RSA-SHA256', Buffer.from(body), key).toString('base64');

/** Headers with which Partner Center sends a body. */
export const signedHeaders = (
  body: string | Uint8Array,
  more: Record<string, string> = {},
): Record<string, string> => ({
  'content-type': 'application/json',
  'x-ms-signature': `Signature ${signed(body)}`,
  'x-ms-certificate-url': certificateUrl,
  'x-ms-signature-algorithm': 'rsa-sha256',
  ...more,
});

/** Where certificates lie, by address; as strict about sizes as the real client. */
export function certificateServer(files: Record<string, Scripted | Error | (() => Scripted | Error)>) {
  return scriptedHttp((call: HttpCall) => {
    const file = files[call.url];
    const answer = typeof file === 'function' ? file() : (file ?? { status: 404 });
    const isTooLarge = !(answer instanceof Error) && (answer.body ?? '').length > limits.certificateBytes;
    return isTooLarge ? new HttpFailure('too-large', 'more than was allowed') : answer;
  });
}
