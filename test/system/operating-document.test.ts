import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeStack } from '../../local/stack-file.ts';
import { aCheckout } from './a-checkout.ts';
import { aWorld, type SystemWorld } from './a-world.ts';

const calls = [...readFileSync('docs/operating.md', 'utf8').matchAll(/^```bash\n([^]*?)^```/gm)].map(
  ([, block = '']) => block,
);

describe('docs/operating.md', () => {
  let w: SystemWorld;
  let checkout: Awaited<ReturnType<typeof aCheckout>>;

  beforeAll(async () => {
    [w, checkout] = await Promise.all([aWorld(), aCheckout()]);
    await writeStack(join(checkout.folder, '.local'), w.stack);
  });

  afterAll(async () => {
    await Promise.all([w.stop(), checkout.remove()]);
  });

  it('shows calls that can be pasted one after the other', async () => {
    const pasted = checkout.bash(calls.join('echo\n'));
    expect({ exit: await pasted.exited, output: pasted.output() }).toMatchObject({ exit: 0 });
    expect(pasted.output()).toMatch(
      /"dryRun":true,"lines":2[^]*202 \{"quarantineId"[^]*"remembered":true[^]*"planner-is-ours"[^]*"snooze":[^]*"parent":[^]*"isThere":true[^]*"team":"duty"[^]*"decision":"ready"[^]*"given":true[^]*what: 'file'[^]*DESK-[^]*filed[^]*The correlation id[^]*what: 'accept'[^]*accepted[^]*"items":[^]*acknowledged[^]*otherwise[^]*"reference":"CASE-7"[^]*waiting[^]*health-polls: handled after[^]*passed\.[^]*"exchanges":[^]*"ready":true/,
    );
  });
});
