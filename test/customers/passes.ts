import { createDirectoryState } from '../../shared/customers/directory.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import type { HealthDesk } from '../health/health-desk.ts';

export const state = (desk: HealthDesk, connectionId = 'emea') =>
  createDirectoryState({ tables: desk.tables })(connectionId);

/** Lets a day pass and the next directory pass run to its end. */
export async function nextPass(desk: HealthDesk, connectionId = 'emea') {
  const { lastDoneAt } = await state(desk, connectionId);
  await desk.advance(24 * 3_600_000);
  for (let step = 0; step < 60 && (await state(desk, connectionId)).lastDoneAt === lastDoneAt; step++) {
    await desk.drain();
    await desk.advance(60_000);
  }
}

/** Lets time pass for the directory alone, in steps; what the shards would do is left out. */
export async function runDirectory(desk: HealthDesk, { minutes, stepSeconds = 30 }: Running) {
  for (let left = minutes * 60; left > 0; left -= stepSeconds) {
    for (const held of desk.bus.all()) {
      if (held.queue === 'health-polls' && kindOf(held.message.body) !== 'directory') desk.bus.complete(held);
    }
    await desk.drain();
    await desk.advance(stepSeconds * 1_000);
  }
}

type Running = { minutes: number; stepSeconds?: number };

const kindOf = (body: unknown): unknown => wakeMessageSchema.parse(body).body.kind;
