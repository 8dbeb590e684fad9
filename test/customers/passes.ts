import { createDirectoryState } from '../../shared/customers/directory.ts';
import type { HealthDesk } from '../health/health-desk.ts';

export const state = (desk: HealthDesk) => createDirectoryState({ tables: desk.tables })('emea');

/** Lets a day pass and the next directory pass run to its end. */
export async function nextPass(desk: HealthDesk) {
  const { lastDoneAt } = await state(desk);
  await desk.advance(24 * 3_600_000);
  for (let step = 0; step < 60 && (await state(desk)).lastDoneAt === lastDoneAt; step++) {
    await desk.drain();
    await desk.advance(60_000);
  }
}
