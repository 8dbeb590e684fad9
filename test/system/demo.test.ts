import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeStack, type Stack } from '../../local/stack-file.ts';
import { aCheckout } from './a-checkout.ts';
import { aWorld, type SystemWorld } from './a-world.ts';

describe('the demo', () => {
  let checkout: Awaited<ReturnType<typeof aCheckout>>;

  beforeAll(async () => {
    checkout = await aCheckout();
  });

  afterAll(() => checkout.remove());

  it('tells its stories in a world of its own', async () => {
    const told = checkout.node('local/demo.ts');
    expect({ exit: await told.exited, output: told.output() }).toMatchObject({ exit: 0 });
    expect(told.output()).toMatch(
      /by mail \(assisted\)[^]*Azure Support API[^]*Commercial[^]*one case[^]*Severity A[^]*Is it Microsoft\?[^]*Every step came true\.\n$/,
    );
    expect(told.output().match(/request resolved, next action confirm-with-customer/g)).toHaveLength(5);
    expect(told.output()).toMatch(/PagerDuty: trigger[^]*Acknowledged late[^]*PagerDuty: resolve/);
    expect(told.output()).toMatch(
      /incident\.opened for 2 customers[^]*customers-affected[^]*posted[^]*in Japanese[^]*same symptom[^]*request\.created for psa T-EX\d+[^]*incident\.resolved/,
    );
    expect(told.output().match(/as of \d+ s ago/g)).toHaveLength(8);
  });

  it('refuses a fault that it does not know', async () => {
    const told = checkout.node('local/demo.ts', ['--fault', 'azure-418']);
    expect([await told.exited, told.output()]).toEqual([2, 'unknown fault azure-418; there is azure-403\n']);
  });

  describe('against a world that runs', () => {
    let w: SystemWorld;

    beforeAll(async () => {
      w = await aWorld();
    });

    afterAll(() => w.stop());

    async function tell(stack: Stack, ...args: string[]): Promise<{ exit: unknown; output: string }> {
      await writeStack(join(checkout.folder, '.local'), stack);
      const told = checkout.node('local/demo.ts', args);
      return { exit: await told.exited, output: told.output() };
    }

    it('ends with the step that did not come true and another exit code', async () => {
      const tokens = { ...w.tokens, operator: w.tokens.reader };
      const { exit, output } = await tell({ ...w.stack, tokens });
      expect(exit).toBe(1);
      expect(output).toMatch(/An operator asks[^\n]*\n[^]*The story ends here: Error: expected 200, got 403/);
      expect(output).not.toContain('Every step came true');
    });

    it('tells nothing without an operator’s token', async () => {
      const { reader, admin } = w.tokens;
      const { exit, output } = await tell({ ...w.stack, tokens: { reader, admin } });
      expect(exit).toBe(1);
      expect(output).toContain('the demo needs the world’s own tokens');
    });

    it('shows an Azure case become an assisted one, with the reason', async () => {
      const told = await tell(w.stack, '--fault', 'azure-403');
      expect(told).toMatchObject({ exit: 0 });
      expect(told.output).toMatch(/awaiting-filing, channel assisted\n(?: +because .*\n)* +because .*\(plan\)[;\n]/);
      expect((await w.tickets()).length).toBe(0);
    });
  });
});
