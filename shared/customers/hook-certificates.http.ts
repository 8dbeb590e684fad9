import type { X509Certificate } from 'node:crypto';
import { minuteMs, secondMs, type Clock } from '../core/clock.ts';
import { unavailable } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache, type Kept } from '../platform/expiring-cache.ts';
import { HttpFailure, type Http } from '../platform/http.ts';
import { chainOf, readCertificates, type Signer } from './hook-chain.ts';
import type { SignerOf } from './partner-center-hook.ts';

export type CertificateDeps = {
  /** The guarded one: public addresses only, no redirects. */
  http: Http;
  clock: Pick<Clock, 'now'>;
  /** What a chain must lead to; read when it is first needed. */
  anchors: () => readonly X509Certificate[];
};

type Looked = { signer: Signer } | { refused: string } | { away: HttpFailure | undefined };

const goodMs = 10 * minuteMs;
const refusedMs = 5 * minuteMs;
const awayMs = 30 * secondMs;
/** What may be fetched in the longest time that anything is kept fits in, so that nobody can push out a good certificate. */
const mostKept = 10 * limits.certificateFetchesPerMinute + 50;

/**
 * Who signs, by the address of a certificate. An address is asked for once for all who want it, and its answer is kept, good or
 * bad. Addresses that never gave a good one share few calls a minute: whoever makes them up cannot make the desk hammer.
 */
export function partnerCenterCertificates(deps: CertificateDeps): SignerOf {
  const { clock } = deps;
  const cached = createExpiringCache<Looked>(clock, mostKept);
  const known = new Set<string>();
  let fetches: number[] = [];

  const load = async (url: string): Promise<Kept<Looked>> => {
    const now = clock.now();
    fetches = fetches.filter((at) => at > now - minuteMs);
    if (!known.has(url)) {
      if (fetches.length >= limits.certificateFetchesPerMinute) throw unavailable('certificate', undefined);
      fetches.push(now);
    }
    const looked = await look(deps, url);
    if ('away' in looked) return { value: looked, until: now + awayMs };
    if ('refused' in looked) return { value: looked, until: now + refusedMs };
    if (known.size < mostKnown) known.add(url);
    return { value: looked, until: Math.min(now + goodMs, looked.signer.untilMs) };
  };

  return async (url) => {
    const looked = await cached(url, async () => load(url));
    if ('away' in looked) throw unavailable('certificate', looked.away);
    return 'refused' in looked ? looked : looked.signer;
  };
}

const mostKnown = 20;

async function look({ http, clock, anchors }: CertificateDeps, url: string): Promise<Looked> {
  const fetched = await fetchCertificates(http, url);
  if (!Array.isArray(fetched)) return fetched;
  const [leaf, ...others] = fetched;
  if (leaf === undefined) return { refused: 'no certificate' };
  for (let asked = 0; ; asked++) {
    const chain = chainOf(leaf, { others, anchors: anchors(), nowMs: clock.now() });
    if (chain.kind === 'trusted') return { signer: chain };
    if (chain.kind === 'refused') return { refused: chain.reason };
    const next = asked < mostIssuers ? issuerUrl(chain.last) : undefined;
    if (next === undefined) return { refused: 'the chain ends at no pinned root' };
    const issuers = await fetchCertificates(http, next);
    if (!Array.isArray(issuers)) return issuers;
    const before = others.length;
    others.push(
      ...issuers.filter((one) => others.every(({ fingerprint256 }) => fingerprint256 !== one.fingerprint256)),
    );
    if (others.length === before) return { refused: 'the chain ends at no pinned root' };
  }
}

const mostIssuers = 3;

/**
 * Where Microsoft's own authorities put their certificates, as its certificates name it (authority information access); they
 * name plain http, which is not taken. Nothing is believed of what lies there: it must fit into a chain to a pinned root.
 */
const issuerPlace =
  /^CA Issuers - URI:https?:\/\/((?:www|caissuers)\.microsoft\.com\/pkiops\/certs\/(?:[A-Za-z0-9_-]|%20|\.(?!\.))+\.crt)$/im;

function issuerUrl({ infoAccess }: X509Certificate): string | undefined {
  const place = issuerPlace.exec(infoAccess ?? '')?.[1];
  return place === undefined ? undefined : `https://${place}`;
}

async function fetchCertificates(
  http: Http,
  url: string,
): Promise<X509Certificate[] | Exclude<Looked, { signer: Signer }>> {
  try {
    const answer = await http({
      method: 'GET',
      url,
      timeoutMs: limits.certificateCallMs,
      maxBytes: limits.certificateBytes,
      bodyAs: 'latin1',
    });
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return { away: undefined };
    if (answer.status !== 200) return { refused: `answered ${String(answer.status)}` };
    return readCertificates(Buffer.from(answer.body, 'latin1'));
  } catch (error) {
    const passes = error instanceof HttpFailure && (error.reason === 'timeout' || error.reason === 'network');
    if (passes) return { away: error };
    return { refused: error instanceof HttpFailure ? error.message : 'no certificate' };
  }
}
