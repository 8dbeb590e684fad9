import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../shared/core/backoff.ts';
import { canonicalJson } from '../../shared/core/canonical-json.ts';
import { requireAccess, visibleTo, withIncludedRoles, type Caller } from '../../shared/core/caller.ts';
import { decodeCursor, encodeCursor } from '../../shared/core/cursor.ts';
import { hashOf, shardOf, toBase32 } from '../../shared/core/hash.ts';
import { afterPrefix, decodeKey, encodeKey, newestFirst, oldestFirst } from '../../shared/core/key.ts';

describe('keys', () => {
  it('come back as they were and hold nothing that Table storage refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const key = encodeKey(text);
        expect(key).not.toMatch(/[/\\#?%|\p{Cc}]/u);
        expect(decodeKey(key)).toBe(Buffer.from(text).toString());
      }),
    );
  });

  it('sort newer times first or last, and end a prefix behind its last key', () => {
    const [early, late] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)];
    expect(newestFirst(late) < newestFirst(early)).toBe(true);
    expect(oldestFirst(early) < oldestFirst(late)).toBe(true);
    expect('O|zzz' < afterPrefix('O|')).toBe(true);
    expect('P' < afterPrefix('O|')).toBe(false);
  });
});

describe('hashes', () => {
  it('encode as RFC 4648 does', () => {
    const vectors = {
      '': '',
      f: 'my',
      fo: 'mzxq',
      foo: 'mzxw6',
      foob: 'mzxw6yq',
      fooba: 'mzxw6ytb',
      foobar: 'mzxw6ytboi',
    };
    for (const [text, base32] of Object.entries(vectors)) expect(toBase32(Buffer.from(text))).toBe(base32);
  });

  it('keep lists of parts apart', () => {
    expect(hashOf('ab', 'c')).not.toBe(hashOf('a', 'bc'));
  });

  it('spread ids over all shards', () => {
    const shards = new Set(Array.from({ length: 2_000 }, (_, n) => shardOf(hashOf(String(n)))));
    expect([...shards].sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, n) => n));
  });
});

describe('canonical JSON', () => {
  it('does not see the order of members nor members that are undefined', () => {
    expect(canonicalJson({ b: [1, { d: 2, c: undefined }], a: 'x' })).toBe('{"a":"x","b":[1,{"d":2}]}');
  });

  it('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('cursors', () => {
  it('come back for the same filters only', () => {
    const cursor = encodeCursor({ state: 'new', service: undefined }, 'p|42');
    expect(decodeCursor({ state: 'new' }, cursor)).toBe('p|42');
    expect(() => decodeCursor({ state: 'closed' }, cursor)).toThrow('invalid-cursor');
  });

  it('refuse whatever they did not make', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor({}, text)).toThrow('invalid-cursor');
      }),
    );
  });
});

describe('back-off', () => {
  it('doubles up to its bound, never less than half a step', () => {
    const options = { baseMs: 1_000, maxMs: 60_000 };
    expect([0, 1, 2, 10].map((attempt) => backoffMs(attempt, options, () => 0))).toEqual([500, 1_000, 2_000, 30_000]);
    expect([0, 1, 2, 10].map((attempt) => backoffMs(attempt, options, () => 1))).toEqual([1_000, 2_000, 4_000, 60_000]);
  });
});

describe('callers', () => {
  const portal: Caller = { kind: 'portal', id: 'portal:north', portalId: 'north', customers: new Set(['c1']) };
  const reader: Caller = {
    kind: 'person',
    id: 'person:t:o',
    name: 'R. Reader',
    tenantId: 't',
    objectId: 'o',
    roles: withIncludedRoles(['Desk.Read']),
  };

  it('may use what their role includes', () => {
    expect([...withIncludedRoles(['Desk.Admin'])].sort()).toEqual(['Desk.Admin', 'Desk.Operate', 'Desk.Read']);
    expect(() => {
      requireAccess(reader, { portals: true, role: 'Desk.Read' });
    }).not.toThrow();
    expect(() => {
      requireAccess(reader, { portals: true, role: 'Desk.Operate' });
    }).toThrow('forbidden');
    expect(() => {
      requireAccess(reader, { portals: true });
    }).toThrow('forbidden');
    expect(() => {
      requireAccess(portal, { portals: false, role: 'Desk.Read' });
    }).toThrow('forbidden');
  });

  it('get the same refusal for what is not theirs and what does not exist', () => {
    const refusal = (thing?: { portalId: string; customerId: string }) => {
      try {
        return visibleTo(portal, thing);
      } catch (error) {
        return String(error);
      }
    };
    expect(refusal({ portalId: 'south', customerId: 'c1' })).toBe(refusal(undefined));
    expect(refusal({ portalId: 'north', customerId: 'c2' })).toBe(refusal(undefined));
    expect(refusal({ portalId: 'north', customerId: 'c1' })).toMatchObject({ portalId: 'north' });
  });
});
