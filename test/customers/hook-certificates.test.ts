import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import { isAppError } from '../../shared/core/errors.ts';
import { partnerCenterCertificates } from '../../shared/customers/hook-certificates.http.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededRandom } from '../support/seeded.ts';
import type { Scripted } from '../support/scripted-http.ts';
import {
  aLeaf,
  anIssuing,
  aRoot,
  certificateServer,
  certificateUrl,
  derText,
  keys,
  names,
  pem,
  place,
} from './a-partner-center.ts';

const nowMs = Date.parse('2026-11-02T09:00:00Z');
const issuerUrl = 'http://www.microsoft.com/pkiops/certs/Microsoft%20Issuing%20CA%2003.crt';
const issuerFetched = issuerUrl.replace('http:', 'https:');

function anAsker(files: Parameters<typeof certificateServer>[0]) {
  const { clock, advance } = movedClock();
  const server = certificateServer(files);
  const signerOf = partnerCenterCertificates({ http: server.http, clock, anchors: () => [aRoot()] });
  const ask = async (url = certificateUrl): Promise<string> => {
    try {
      const signer = await signerOf(url);
      return 'refused' in signer ? signer.refused : 'trusted';
    } catch (error) {
      if (isAppError(error, 'unavailable')) return 'away';
      throw error;
    }
  };
  return { ask, advance, calls: server.calls };
}

describe('the certificate at an address', () => {
  const bundle = pem(aLeaf(), anIssuing());
  const direct = aLeaf({ issuer: names.root, signedBy: keys.root.privateKey });

  it.each([
    ['PEM with its authorities', bundle],
    ['PEM', pem(direct)],
    ['DER', derText(direct)],
    ['base64', direct.raw.toString('base64')],
    ['base64 in lines', direct.raw.toString('base64').replace(/(.{64})/g, '$1\r\n')],
  ])('is taken as %s, fetched bounded and byte by byte', async (_title, body) => {
    const { ask, calls } = anAsker({ [certificateUrl]: { body } });
    expect(await ask()).toBe('trusted');
    const { certificateCallMs: timeoutMs, certificateBytes: maxBytes } = limits;
    expect(calls).toEqual([{ method: 'GET', url: certificateUrl, timeoutMs, maxBytes, bodyAs: 'latin1' }]);
  });

  it.each<[string, Scripted | Error, string]>([
    ['nothing', { status: 404 }, 'answered 404'],
    ['a redirect', { status: 302, headers: { location: `${place}other.cer` } }, 'answered 302'],
    ['an empty file', { body: '' }, 'no certificate'],
    ['a page', { body: '<html>' }, 'no certificate'],
    ['half a certificate', { body: derText(direct).slice(0, 200) }, 'no certificate'],
    ['more than it may', { body: pem(direct).padEnd(limits.certificateBytes + 1) }, 'more than was allowed'],
    ['an address that must not be dialled', new HttpFailure('refused-address', 'not public'), 'not public'],
    ['a certificate of nobody', { body: pem(aLeaf()) }, 'the chain ends at no pinned root'],
  ])('is refused where there is %s, and not asked for again for five minutes', async (_title, answer, why) => {
    const { ask, advance, calls } = anAsker({ [certificateUrl]: answer });
    expect([await ask(), await ask()]).toEqual([why, why]);
    await advance(299_000);
    await ask();
    expect(calls).toHaveLength(1);
    await advance(2_000);
    await ask();
    expect(calls).toHaveLength(2);
  });

  it.each<[string, Scripted | Error]>([
    ['time-out', new HttpFailure('timeout', 'no answer')],
    ['broken connection', new HttpFailure('network', 'reset')],
    ['503', { status: 503 }],
    ['429', { status: 429 }],
  ])('is away after a %s, and asked for again after half a minute', async (_title, answer) => {
    const { ask, advance, calls } = anAsker({ [certificateUrl]: answer });
    expect([await ask(), await ask(), calls.length]).toEqual(['away', 'away', 1]);
    await advance(31_000);
    expect([await ask(), calls.length]).toEqual(['away', 2]);
  });

  it('is fetched once for all who ask, and again after ten minutes', async () => {
    const { ask, advance, calls } = anAsker({ [certificateUrl]: { body: bundle } });
    const all = await Promise.all(Array.from({ length: 50 }, async () => ask()));
    expect([new Set(all), calls.length]).toEqual([new Set(['trusted']), 1]);
    await advance(599_000);
    await ask();
    expect(calls).toHaveLength(1);
    await advance(2_000);
    await ask();
    expect(calls).toHaveLength(2);
  });

  it('is not believed a moment beyond its end', async () => {
    const ending = aLeaf({ notAfter: nowMs + 60_000 });
    const { ask, advance } = anAsker({ [certificateUrl]: { body: pem(ending, anIssuing()) } });
    expect(await ask()).toBe('trusted');
    await advance(60_000);
    expect(await ask()).toBe('the chain is out of its time');
  });

  it('leads to its issuing authority at Microsoft, by https', async () => {
    const { ask, calls } = anAsker({
      [certificateUrl]: { body: derText(aLeaf({ issuerUrl })) },
      [issuerFetched]: { body: derText(anIssuing()) },
    });
    expect(await ask()).toBe('trusted');
    expect(calls.map(({ url }) => url)).toEqual([certificateUrl, issuerFetched]);
  });

  it('is away while its issuing authority’s cannot be fetched', async () => {
    const { ask } = anAsker({
      [certificateUrl]: { body: derText(aLeaf({ issuerUrl })) },
      [issuerFetched]: { status: 500 },
    });
    expect(await ask()).toBe('away');
  });

  it.each([
    'http://attacker.example/pkiops/certs/a.crt',
    'http://www.microsoft.com.attacker.example/pkiops/certs/a.crt',
    'http://www.microsoft.com@attacker.example/pkiops/certs/a.crt',
    'http://www.microsoft.com:8080/pkiops/certs/a.crt',
    'http://www.microsoft.com/other/a.crt',
    'http://www.microsoft.com/pkiops/certs/../../other/a.crt',
    'http://www.microsoft.com/pkiops/certs/%2e%2e/a.crt',
    'http://www.microsoft.com/pkiops/certs/a.crt?b=c.crt',
    'file:///etc/passwd',
  ])('makes nobody call %s', async (elsewhere) => {
    const leaf = aLeaf({ issuerUrl: elsewhere });
    const { ask, calls } = anAsker({ [certificateUrl]: { body: pem(leaf) } });
    expect(await ask()).toBe('the chain ends at no pinned root');
    expect(calls).toHaveLength(1);
  });

  it('is not chased: authorities that lead on and on are asked for three times', async () => {
    const on = (n: number) => `http://www.microsoft.com/pkiops/certs/${String(n)}.crt`;
    const name = (n: number) => ({ organisation: 'Microsoft Corporation', commonName: `A ${String(n)}` });
    const authority = (n: number) =>
      anIssuing({ subject: name(n), issuer: name(n + 1), signedBy: keys.issuing.privateKey, issuerUrl: on(n + 1) });
    const files = Object.fromEntries(
      [0, 1, 2, 3, 4].map((n) => [on(n).replace('http:', 'https:'), { body: pem(authority(n)) }]),
    );
    const leaf = aLeaf({ issuer: name(0), issuerUrl: on(0) });
    const { ask, calls } = anAsker({ ...files, [certificateUrl]: { body: pem(leaf) } });
    expect(await ask()).toBe('the chain ends at no pinned root');
    expect(calls).toHaveLength(4);
  });
});

describe('addresses that somebody makes up', () => {
  it('are asked for six times a minute in all, and do not touch the one that is known', async () => {
    const { ask, advance, calls } = anAsker({ [certificateUrl]: { body: pem(aLeaf(), anIssuing()) } });
    expect(await ask()).toBe('trusted');
    const made = async (count: number) => {
      const all = await Promise.all(
        Array.from({ length: count }, async (_, n) => ask(`${place}made-up-${String(n)}.cer`)),
      );
      return all.filter((one) => one === 'away').length;
    };
    expect(await made(1_000)).toBe(1_000 - (limits.certificateFetchesPerMinute - 1));
    expect(calls).toHaveLength(limits.certificateFetchesPerMinute);
    for (let minute = 0; minute < 30; minute++) {
      await advance(61_000);
      await made(100);
      expect(await ask()).toBe('trusted');
    }
    const invented = calls.filter(({ url }) => url !== certificateUrl).length;
    expect(invented).toBeLessThanOrEqual(31 * limits.certificateFetchesPerMinute);
  });
});

it('no changed byte of a certificate is trusted, in 400 that seeds chose', async () => {
  const random = seededRandom(21);
  const whole = aLeaf({ issuer: names.root, signedBy: keys.root.privateKey }).raw;
  const verdicts = new Set<string>();
  for (let n = 0; n < 400; n++) {
    const bytes = Buffer.from(whole);
    const at = Math.floor(random() * bytes.length);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
    const { ask } = anAsker({ [certificateUrl]: { body: bytes.toString('latin1') } });
    verdicts.add(await ask());
  }
  expect(verdicts.has('trusted')).toBe(false);
  expect(verdicts.size).toBeGreaterThan(2);
});
