import { describe, expect, it } from 'vitest';
import { runningMicrosoft } from '../local-microsoft/running-microsoft.ts';
import { judge, type Rights } from './rights-at-microsoft.ts';

const good: Rights = {
  product: 'azure',
  way: 'app',
  consent: true,
  gdap: 'active',
  role: 'contributor',
  plan: 'passes',
  reseller: true,
  connection: 'direct',
};

const each = <T>(...values: T[]): T[] => values;

/** In Azure: each way in, with and without consent, by each role, relationship and plan; and who is not the seller. */
const inAzure: Rights[] = each<Rights['way']>('app', 'gdap').flatMap((way) => [
  ...each(true, false).flatMap((consent) =>
    each<Rights['role']>('none', 'reader', 'contributor').map((role) => ({ ...good, way, consent, role })),
  ),
  ...each<Rights['gdap']>('pending', 'expired', 'role-lacking', 'no-roles').flatMap((gdap) =>
    each<Rights['plan']>('passes', 'known-refused').map((plan) => ({ ...good, way, gdap, plan })),
  ),
  { ...good, way, plan: 'known-refused' as const },
  { ...good, way, plan: 'known-refused' as const, role: 'reader' as const },
  { ...good, way, reseller: false },
  { ...good, way, connection: 'reseller' as const },
  { ...good, way, connection: 'provider' as const },
]);

/** In Microsoft 365 a person files: what counts is the relationship. */
const inMicrosoft365: Rights[] = each<Rights['gdap']>(
  'active',
  'pending',
  'expired',
  'role-lacking',
  'no-roles',
).flatMap((gdap) => each(true, false).map((consent) => ({ ...good, product: 'microsoft365' as const, gdap, consent })));

const combinations = [...inAzure, ...inMicrosoft365];
const titleOf = (rights: Rights) => Object.values(rights).map(String).join(' ');

/** Whether a person could file by hand, by what was arranged at Microsoft. */
const personMayFile = ({ product, gdap, role }: Rights): boolean =>
  product === 'azure' ? ['active', 'role-lacking'].includes(gdap) && role === 'contributor' : gdap === 'active';

describe('the gate at the simulated Microsoft', () => {
  let microsoft: Awaited<ReturnType<typeof runningMicrosoft>>;
  const seen = new Map<string, string>();

  it(`promises nothing that Microsoft refuses, over ${String(combinations.length)} combinations of rights`, async () => {
    microsoft = await runningMicrosoft({}, '2026-11-02T09:00:00Z');
    expect(new Set(combinations.map(titleOf)).size).toBe(combinations.length);
    const wrong: string[] = [];
    for (const rights of combinations) {
      const { decision, file } = await judge(microsoft, rights);
      seen.set(titleOf(rights), `${decision.decision} ${decision.channel}`);
      if (decision.decision !== 'ready') continue;
      const isTrue = decision.channel === 'assisted' ? personMayFile(rights) : (await file()) === 'accepted';
      if (!isTrue) wrong.push(titleOf(rights));
    }
    expect(wrong).toEqual([]);
    const said = [...seen.values()];
    expect(combinations.length).toBeGreaterThanOrEqual(30);
    // Not by saying no to everything: who may file is let through.
    expect(seen.get(titleOf(good))).toBe('ready azure-support');
    expect(seen.get(titleOf({ ...good, gdap: 'expired' }))).toBe('ready azure-support');
    expect(seen.get(titleOf({ ...good, product: 'microsoft365' }))).toBe('ready assisted');
    expect(seen.get(titleOf({ ...good, plan: 'known-refused' }))).toBe('ready assisted');
    expect(said.filter((one) => one.startsWith('ready')).length).toBeGreaterThan(8);
  });
});
