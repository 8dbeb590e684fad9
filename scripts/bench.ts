import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchBus } from './bench/bus.ts';
import { benchIntake } from './bench/intake.ts';
import { benchLoad } from './bench/load.ts';
import { benchPolls } from './bench/polls.ts';
import { benchTriage } from './bench/triage.ts';

/** `npm run bench`: ratios within one run, because a machine's absolute times mean little to another. */
const folder = await mkdtemp(join(tmpdir(), 'desk-bench-'));
benchTriage();
try {
  await benchLoad(folder);
  await benchBus();
  await benchIntake(join(folder, 'world'));
  benchPolls();
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit();
