import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { StartPart } from '../part.ts';

export type FuncHostOptions = { port: number; root: string; settings: Record<string, string> };

const upWithinMs = 120_000;
const stopWithinMs = 1_500;

/**
 * The real host, Azure Functions Core Tools, on the same deploy root and against the same world. It keeps real time: moving the
 * world's clock does not move it. Throws where `func` is not installed.
 */
export const startFuncHost: StartPart<FuncHostOptions> = async ({ port, root, settings }) => {
  const values = { ...settings, FUNCTIONS_WORKER_RUNTIME: 'node', AzureWebJobsStorage: settings.STORAGE ?? '' };
  await writeFile(join(root, 'local.settings.json'), JSON.stringify({ IsEncrypted: false, Values: values }, null, 2));
  const child = spawn('func', ['start', '--port', String(port)], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...values, FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT: '1' },
  });
  await answers(child, port);
  return { settings: {}, stop: async () => stop(child) };
};

async function answers(child: ChildProcess, port: number): Promise<void> {
  let ended: unknown;
  child.once('error', (error) => {
    ended = error;
  });
  child.once('exit', (code) => {
    ended = new Error(`func ended with ${String(code)}`);
  });
  const until = Date.now() + upWithinMs;
  for (;;) {
    if (ended !== undefined) {
      throw new Error('Azure Functions Core Tools (func) do not run here; `npm start` brings its own host.', {
        cause: ended,
      });
    }
    const answer = await fetch(`http://127.0.0.1:${String(port)}/api/livez`).catch(() => undefined);
    if (answer?.status === 200) return;
    if (Date.now() > until) throw new Error('func does not answer');
    await wait(250);
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  child.kill('SIGTERM');
  await Promise.race([once(child, 'exit'), wait(stopWithinMs)]);
  if (!hasEnded(child)) child.kill('SIGKILL');
}
