import type { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { chainOf } from '../../shared/customers/hook-chain.ts';
import { readAnchors } from '../../shared/customers/hook-roots.ts';
import { aLeaf, anIssuing, aRoot, from, keys, names, pem, until } from './a-partner-center.ts';

const nowMs = Date.parse('2026-11-02T09:00:00Z');
const verdictOf = (leaf: X509Certificate, others: X509Certificate[], anchors = [aRoot()]): string => {
  const chain = chainOf(leaf, { others, anchors, nowMs });
  return chain.kind === 'refused' ? chain.reason : chain.kind;
};

describe('a chain', () => {
  it('is trusted from the signer over the issuing authority to a pinned root, while all three are in their time', () => {
    const issuing = anIssuing({ notBefore: from + 1_000, notAfter: until - 1_000 });
    expect(chainOf(aLeaf(), { others: [issuing], anchors: [aRoot()], nowMs })).toMatchObject({
      kind: 'trusted',
      fromMs: from + 1_000,
      untilMs: until - 1_000,
    });
  });

  it('may end at a pinned issuing authority', () => {
    expect(verdictOf(aLeaf(), [], [anIssuing()])).toBe('trusted');
  });

  const otherRoot = { signedBy: keys.otherRoot.privateKey };
  const ownRoot = aRoot({ publicKey: keys.otherRoot.publicKey, ...otherRoot });
  const selfSigned = { issuer: names.signer, signedBy: keys.signer.privateKey };
  const contoso = { organisation: 'Contoso', commonName: 'Issuing' };
  const under = { subject: names.signer, issuer: names.signer, signedBy: keys.signer.privateKey };
  it.each<[string, string, X509Certificate, X509Certificate[]]>([
    ['without its issuing authority', 'incomplete', aLeaf(), []],
    ['of a signer that signed itself', 'incomplete', aLeaf(selfSigned), []],
    ['of a signer that signed itself and comes twice', 'incomplete', aLeaf(selfSigned), [aLeaf(selfSigned)]],
    ['under a root of the same name that is not pinned', 'incomplete', aLeaf(), [anIssuing(otherRoot)]],
    ['that brings its own root', 'the chain is too long', aLeaf(), [anIssuing(otherRoot), ownRoot]],
    ['whose signer is signed by another key', 'incomplete', aLeaf(otherRoot), [anIssuing()]],
    ['whose issuing authority is none', 'incomplete', aLeaf(), [anIssuing({ isCa: false })]],
    ['with a signer that is used as an authority', 'incomplete', aLeaf(under), [aLeaf(), anIssuing()]],
    [
      'whose authority is of another organisation',
      'it is of another organisation',
      aLeaf({ issuer: contoso }),
      [anIssuing({ subject: contoso })],
    ],
    [
      'of a signer of another organisation',
      'it is of another organisation',
      aLeaf({ subject: { ...names.signer, organisation: 'Contoso' } }),
      [anIssuing()],
    ],
    [
      'of one whose organisation has more to it',
      'it is of another organisation',
      aLeaf({ subject: { ...names.signer, organisation: 'Microsoft Corporation ' } }),
      [anIssuing()],
    ],
    [
      'of one that writes the organisation into its name',
      'it is of another organisation',
      aLeaf({ subject: { organisation: 'Contoso', commonName: 'x\nO=Microsoft Corporation' } }),
      [anIssuing()],
    ],
    ['of an authority that signs itself', 'it is an authority’s', aLeaf({ isCa: true }), [anIssuing()]],
    [
      'with a key that is too short',
      'its key is no RSA key of 2,048 bits',
      aLeaf({ publicKey: keys.weak.publicKey }),
      [anIssuing()],
    ],
    [
      'with a key of another kind',
      'its key is no RSA key of 2,048 bits',
      aLeaf({ publicKey: keys.issuing.publicKey }),
      [anIssuing()],
    ],
    ['whose signer has ended', 'the chain is out of its time', aLeaf({ notAfter: nowMs }), [anIssuing()]],
    ['whose signer has not begun', 'the chain is out of its time', aLeaf({ notBefore: nowMs + 1_000 }), [anIssuing()]],
    [
      'whose issuing authority has ended',
      'the chain is out of its time',
      aLeaf(),
      [anIssuing({ notAfter: nowMs - 1_000 })],
    ],
  ])('is not trusted %s', (...[, why, leaf, others]) => {
    expect(verdictOf(leaf, others)).toBe(why);
  });

  it('is not trusted when its root has ended', () => {
    expect(verdictOf(aLeaf(), [anIssuing()], [aRoot({ notAfter: nowMs - 1_000 })])).toBe(
      'the chain is out of its time',
    );
  });

  it('is followed over three authorities and no further', () => {
    const tower = (height: number) => {
      const name = (n: number) => ({ organisation: 'Microsoft Corporation', commonName: `Authority ${String(n)}` });
      const authority = (n: number) => {
        const issuer = n === 0 ? names.root : name(n - 1);
        const signedBy = n === 0 ? keys.root.privateKey : keys.issuing.privateKey;
        return anIssuing({ subject: name(n), issuer, signedBy });
      };
      return verdictOf(
        aLeaf({ issuer: name(height - 1) }),
        Array.from({ length: height }, (_, n) => authority(n)),
      );
    };
    expect([tower(1), tower(3), tower(4)]).toEqual(['trusted', 'trusted', 'the chain is too long']);
  });

  it('of authorities that issue each other comes to an end', () => {
    const other = { organisation: 'Microsoft Corporation', commonName: 'Other' };
    const ring = [
      anIssuing({ issuer: other, signedBy: keys.issuing.privateKey }),
      anIssuing({ subject: other, issuer: names.issuing, signedBy: keys.issuing.privateKey }),
    ];
    expect(verdictOf(aLeaf(), ring)).toBe('the chain is too long');
  });
});

describe('the pinned roots', () => {
  it('are four that Node brings, of Microsoft and DigiCert, and those of the operator', () => {
    const pinned = readAnchors(undefined);
    expect(pinned.map(({ subject }) => /CN=(.*)/.exec(subject)?.[1]).sort()).toEqual([
      'DigiCert Global Root G2',
      'DigiCert Global Root G3',
      'Microsoft ECC Root Certificate Authority 2017',
      'Microsoft RSA Root Certificate Authority 2017',
    ]);
    expect(rootCertificates.length).toBeGreaterThan(pinned.length);
    expect(readAnchors(pem(aRoot(), anIssuing()))).toHaveLength(6);
  });
});
