import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDeskWorld } from './desk-world.ts';
import { castOf, escalationStories, healthStory, refusedStory } from './demo/stories.ts';
import { createStory } from './demo/story.ts';
import { runningStack, type Stack } from './stack-file.ts';

/** `npm run demo`: the main job through the public API, against the running world or one of its own. */
const { values } = parseArgs({ options: { fault: { type: 'string' } } });
if (values.fault !== undefined && values.fault !== 'azure-403') {
  console.error(`unknown fault ${values.fault}; there is azure-403`);
  process.exit(2);
}

async function tell(stack: Stack): Promise<void> {
  const story = createStory(stack);
  if (values.fault === 'azure-403') {
    await refusedStory(story, castOf({ ...stack, portals: stack.portals.toReversed() }));
    return;
  }
  const cast = castOf(stack);
  await escalationStories(story, cast);
  await healthStory(story, cast);
}

/** The story moves the clock of the world it runs in, and the clock stays where it is. */
async function aheadOf({ microsoft }: Stack): Promise<string> {
  const { now } = (await (await fetch(microsoft.controlUrl)).json()) as { now: string };
  const minutes = Math.round((Date.parse(now) - Date.now()) / 60_000);
  return `The clock of the running world is ${String(minutes)} minutes ahead now (${now}); webhooks signed by hand need its time.`;
}

const running = await runningStack(join(import.meta.dirname, '..', '.local'));
const folder = running ? undefined : await mkdtemp(join(tmpdir(), 'desk-demo-'));
const own = folder === undefined ? undefined : await startDeskWorld({ folder, portBase: 'free', env: process.env });
try {
  const stack = running ?? own?.stack;
  if (stack) await tell(stack);
  if (running) console.log(`\n${await aheadOf(running)}`);
  console.log('\nEvery step came true.');
} catch (error) {
  console.error('\nThe story ends here:', error);
  process.exitCode = 1;
} finally {
  await own?.world.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}
process.exit();
