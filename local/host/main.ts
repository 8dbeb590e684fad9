import * as z from 'zod';

import { runPart } from '../part.ts';
import { type HostOptions, type HostPart, startHost } from './start.ts';

const timersMessage = z.object({ type: z.literal('timers'), set: z.record(z.string(), z.boolean()) });

let host: HostPart | undefined;

process.on('message', (message) => {
  const parsed = timersMessage.safeParse(message);
  if (parsed.success) host?.setTimers(parsed.data.set);
});

runPart<HostOptions>(async (options, world) => {
  host = await startHost({ ...options, shiftDate: true }, world);
  return host;
});
