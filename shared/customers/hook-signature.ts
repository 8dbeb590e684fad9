/** What the headers of a webhook of Partner Center say; `invalid` where what belongs to the signature is missing. */
export type HookSignature =
  | { kind: 'signed'; signature: Buffer; certificateUrl: string }
  | { kind: 'unsigned' | 'refused'; reason: string }
  | { kind: 'invalid'; reason: string };

const algorithm = 'rsa-sha256';
const fileName = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}\.cer$/;

/**
 * Whether a certificate may be fetched from there: the text begins with one of `places`, to the letter, and a plain file name
 * follows. Nothing is decoded or resolved, so that no two readers of the URL can understand it differently.
 */
export const isCertificateUrl = (url: string, places: readonly string[]): boolean =>
  places.some((place) => url.startsWith(place) && fileName.test(url.slice(place.length)));

/**
 * Reads the headers of a webhook. Microsoft docs: "Partner Center webhooks". The desk registers for `x-ms-signature`; Partner
 * Center's default, `Authorization`, is taken as well. Of two, the one counts that was registered for.
 */
export function readSignature(headers: Headers, places: readonly string[]): HookSignature {
  const sent = headers.get('x-ms-signature') ?? headers.get('authorization');
  const text = sent === null ? undefined : /^Signature ([A-Za-z0-9+/]+={0,2})$/i.exec(sent)?.[1];
  if (text === undefined) return { kind: 'unsigned', reason: 'no signature' };
  const signature = Buffer.from(text, 'base64');
  if (signature.toString('base64') !== text) return { kind: 'unsigned', reason: 'not base64' };
  const certificateUrl = headers.get('x-ms-certificate-url');
  const named = headers.get('x-ms-signature-algorithm');
  if (certificateUrl === null || named === null) return { kind: 'invalid', reason: 'no certificate or no algorithm' };
  if (named !== algorithm) return { kind: 'refused', reason: 'another algorithm' };
  if (!isCertificateUrl(certificateUrl, places)) return { kind: 'refused', reason: 'another certificate place' };
  return { kind: 'signed', signature, certificateUrl };
}
