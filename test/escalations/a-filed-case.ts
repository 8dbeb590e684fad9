import { expect } from 'vitest';
import { readEvent } from '../../shared/escalations/escalation-store.ts';
import { anAzureCase, id } from './an-azure-case.ts';
import type { CallFault } from './azure-support-simulation.ts';

/** A filed Azure case; `fault` begins only then. */
export async function aFiledCase(fault: (kind: string, n: number) => CallFault | undefined = () => undefined) {
  const counts: Record<string, number> = {};
  let isOn = false;
  const desk = await anAzureCase({
    setUpMs: 0,
    fault: (kind) => {
      if (!isOn) return undefined;
      counts[kind] = (counts[kind] ?? 0) + 1;
      return fault(kind, counts[kind]);
    },
  });
  await desk.pass(1_000);
  expect((await desk.read()).state).toBe('filed');
  isOn = true;
  const write = async (text = 'The logs are in the share.', more: object = {}) =>
    desk.call('writeUpdate', { id, body: { text }, ...more });
  const events = async (what: string) => {
    const { version } = await desk.read();
    const all = await Promise.all(
      Array.from({ length: version }, async (_, n) => readEvent(desk.deps.tables('escalations'), id, n + 1)),
    );
    return all.filter((event) => event?.what === what);
  };
  return { ...desk, write, events, letters: desk.microsoft.letters };
}
