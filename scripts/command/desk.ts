import { join } from 'node:path';
import { runningStack } from '../../local/stack-file.ts';

/** A variable that is there and empty counts as absent, as a setting does. */
export const env = (name: string): string | undefined => [process.env[name]].find((value) => value !== '');

/** The desk that a command is for: the one it was told, `DESK_BASE_URL`, or the local world that runs; and `DESK_TOKEN`, or that world's own. */
export async function deskOf(told: string | undefined): Promise<{ desk?: string; token?: string }> {
  const remote = told ?? env('DESK_BASE_URL');
  const stack = remote === undefined ? await runningStack(join(import.meta.dirname, '../../.local')) : undefined;
  const desk = remote ?? stack?.baseUrl;
  const token = env('DESK_TOKEN') ?? stack?.tokens?.admin;
  return { ...(desk !== undefined && { desk }), ...(token !== undefined && { token }) };
}

/** The same for a command that can do nothing without either: it ends with 2, and says which is missing. */
export async function deskAndToken(usage: string, told: string | undefined): Promise<{ desk: string; token: string }> {
  const { desk, token } = await deskOf(told);
  if (desk !== undefined && token !== undefined) return { desk, token };
  console.error(`${desk === undefined ? 'Which desk?' : 'DESK_TOKEN is not set.'}\n\n${usage}`);
  process.exit(2);
}
