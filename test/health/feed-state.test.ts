import { describe, expect, it } from 'vitest';
import { feedTrouble } from '../../shared/health/feed-state.ts';

const good = { shards: 2, tenants: 300, notCovered: 10, staleShards: 0, cycleAgeSeconds: 40 };

describe('the health feed', () => {
  it.each([
    ['is fine while most are read', good, undefined],
    [
      'is fine before there is anybody',
      { shards: 0, tenants: 0, notCovered: 0, staleShards: 0, cycleAgeSeconds: null },
      undefined,
    ],
    ['is fine before the first cycle', { ...good, tenants: 0, notCovered: 0, cycleAgeSeconds: null }, undefined],
    ['is fine while one shard lags', { ...good, staleShards: 1 }, undefined],
    ['is in trouble when no shard was read', { ...good, staleShards: 2 }, 'no shard'],
    ['is in trouble when nobody could be read', { ...good, notCovered: 300 }, 'no customer'],
  ])('%s', (_title, state, trouble) => {
    expect(feedTrouble(state)?.slice(0, trouble?.length)).toBe(trouble);
  });
});
