import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A token of the person who is signed in at the Azure CLI, or why there is none. */
export async function tokenOfAzureCli(
  audience: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ value: string } | { missing: string }> {
  if (audience === undefined) return { missing: 'neither DESK_TOKEN nor DESK_API_AUDIENCE is set' };
  const args = ['account', 'get-access-token', '--resource', audience, '--query', 'accessToken', '--output', 'tsv'];
  try {
    // On Windows it is a script, which only a shell runs.
    const { stdout } = await promisify(execFile)('az', args, {
      env,
      timeout: 60_000,
      shell: process.platform === 'win32',
    });
    return { value: stdout.trim() };
  } catch (error) {
    const { code, killed, stderr = '' } = error as { code?: unknown; killed?: boolean; stderr?: string };
    const said = killed === true ? 'it did not answer in time' : stderr.trim().slice(0, 300);
    const why = code === 'ENOENT' ? 'there is no Azure CLI' : `the Azure CLI gave none: ${said}`;
    return { missing: `DESK_TOKEN is not set, and ${why}` };
  }
}
