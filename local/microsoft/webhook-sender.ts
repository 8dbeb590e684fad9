import { createPrivateKey, createPublicKey, generateKeyPair, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeCertificate } from './make-certificate.ts';

/** What the receiver answered: an HTTP status, or undefined where there was no answer. */
type Sent = { status: number | undefined };

export type WebhookSender = {
  /** The authority behind the certificate, for whoever is to trust it. */
  rootPem: string;
  /** The certificate under a file name; undefined where there is none. */
  certificate(fileName: string): Promise<string | undefined>;
  /** Sends a body until it is taken, a few times; `onSent` hears of each try. Never rejects. */
  send(url: string, body: string, onSent?: (sent: Sent) => void): Promise<void>;
  stop(): void;
};

const microsoft = (commonName: string) => ({ organisation: 'Microsoft Corporation', commonName });
const root = microsoft('Simulated Root');
const signer = microsoft('pcnotifications-dispatch.microsoft.com');
/** The world's clock may stand anywhere between. */
const valid = { notBefore: Date.parse('2020-01-01T00:00:00Z'), notAfter: Date.parse('2049-12-01T00:00:00Z') };

/** Partner Center makes ten attempts; when is not published. */
const waitsMs = [500, 1_000, 2_000, 4_000, 8_000];
const answerMs = 10_000;

/**
 * Signs and sends webhooks as Partner Center does, with a certificate under an authority of this world. Every run has a key of its
 * own, made when it is first needed, and so a file name of its own; the authority outlives restarts when a file for it is given.
 */
export async function createWebhookSender(options: {
  certificates: string;
  keyFile: string | undefined;
}): Promise<WebhookSender> {
  const rootKey = await authorityKey(options.keyFile);
  const authority = { issuer: root, signedBy: rootKey, ...valid };
  const rootPem = makeCertificate({ ...authority, subject: root, publicKey: createPublicKey(rootKey), isCa: true });
  const stopping = new AbortController();
  let made: ReturnType<typeof makeSigner> | undefined;

  const makeSigner = async () => {
    const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2_048 });
    const certificate = makeCertificate({ ...authority, subject: signer, publicKey });
    const run = certificate.fingerprint256.replaceAll(':', '').slice(0, 12).toLowerCase();
    return { privateKey, pem: certificate.toString(), fileName: `pcnotifications-dispatch.${run}.cer` };
  };
  const signed = async () => (made ??= makeSigner());

  const post = async (url: string, body: string): Promise<Sent> => {
    const { privateKey, fileName } = await signed();
    try {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(answerMs)]),
        headers: {
          'content-type': 'application/json',
          'x-ms-signature': `Signature ${sign('RSA-SHA256', Buffer.from(body), privateKey).toString('base64')}`,
          'x-ms-certificate-url': `${options.certificates}${fileName}`,
          'x-ms-signature-algorithm': 'rsa-sha256',
        },
        body,
      });
      await answer.arrayBuffer();
      return { status: answer.status };
    } catch {
      return { status: undefined };
    }
  };

  return {
    rootPem: rootPem.toString(),
    certificate: async (fileName) => {
      const { pem, fileName: present } = await signed();
      return fileName === present ? pem : undefined;
    },
    send: async (url, body, onSent) => {
      for (const waitMs of waitsMs) {
        const sent = await post(url, body);
        if (stopping.signal.aborted) return;
        onSent?.(sent);
        if (sent.status !== undefined && sent.status < 300) return;
        await delay(waitMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      }
    },
    stop: () => {
      stopping.abort();
    },
  };
}

async function authorityKey(keyFile: string | undefined): Promise<KeyObject> {
  const kept = keyFile === undefined ? undefined : await readFile(keyFile, 'utf8').catch(() => undefined);
  if (kept !== undefined) return createPrivateKey(kept);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (keyFile !== undefined) {
    await mkdir(dirname(keyFile), { recursive: true });
    // Renamed into place, so that a kill in the middle does not leave half a key.
    await writeFile(`${keyFile}.new`, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    await rename(`${keyFile}.new`, keyFile);
  }
  return privateKey;
}
