import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

import type { FromPart, ToPart } from '../../local/part.ts';

/** A part of the local world in a process of its own, with this test as its parent. */
export type PartProcess = {
  child: ChildProcess;
  settings: Record<string, string>;
  stderr(): string;
  tell(message: ToPart): void;
  /** Sets the world's offset and waits until the part has followed. */
  moveClock(offsetMs: number): Promise<void>;
};

export async function aPartProcess(name: string, options: unknown): Promise<PartProcess> {
  const file = fileURLToPath(new URL(`../../local/${name}/main.ts`, import.meta.url));
  const child = fork(file, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const tell = (message: ToPart) => child.send(message);
  const reply = async (isIt: (message: FromPart) => boolean) => {
    for (;;) {
      const [message] = (await once(child, 'message')) as [FromPart];
      if (message.type === 'failed') throw new Error(message.message);
      if (isIt(message)) return message;
    }
  };

  tell({ type: 'start', options, offsetMs: 0 });
  const up = await reply((message) => message.type === 'up');
  return {
    child,
    settings: up.type === 'up' ? up.settings : {},
    stderr: () => errors,
    tell,
    moveClock: async (offsetMs) => {
      tell({ type: 'clock', offsetMs, id: 1 });
      await reply((message) => message.type === 'followed');
    },
  };
}
