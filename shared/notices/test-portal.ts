import * as z from 'zod';
import { toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { Portal } from '../portals/portal.ts';
import type { TryResult } from './delivery-rules.ts';
import { noticeEvents } from './events.ts';
import type { SendDeps } from './post-json.ts';
import { sendSigned } from './send-signed.ts';

export const testResultSchema = z
  .object({
    /** Whether the endpoint took it: any 2xx. */
    delivered: z.boolean(),
    status: z.int().optional(),
    /** How long the answer took, in milliseconds. */
    ms: z.int(),
    trouble: z.string().optional(),
  })
  .meta({ id: 'PortalTest' });
type TestResult = z.output<typeof testResultSchema>;

/** What went wrong, for a person who sets up an endpoint. */
const explained: Record<string, string> = {
  'refused-address': 'the desk does not call this address: it is not public, or not https on port 443',
  timeout: 'no answer in time',
  network: 'no connection, or one that broke; a certificate that does not hold counts as one',
  'too-large': 'the answer is too large',
  'secret-missing': 'the vault has no secret for this endpoint: rotate it',
  'secret-unusable': 'the secret in the vault is none of Standard Webhooks: rotate it',
  'vault-away': 'the vault cannot be reached',
};

export type TestPortal = (portal: Portal, scope: Scope) => Promise<TestResult>;

/** Sends a `portal.test`, signed as every notice is, once and at once: nothing of it is kept. A disabled portal can be tested too. */
export function createTestPortal(deps: SendDeps & { ids: Pick<Ids, 'newId'> }): TestPortal {
  return async (portal, scope) => {
    if (!portal.outbound) throw new AppError('illegal-transition', 'This portal has no endpoint yet.');
    const beganAt = deps.clock.now();
    const id = `t${deps.ids.newId()}`;
    const body = JSON.stringify({ type: 'portal.test', timestamp: toIso(beganAt), data: { portalId: portal.id } });
    const result = await sendSigned(deps, portal.outbound, { id, body });
    const told = { ...toldOf(result), ms: deps.clock.now() - beganAt };
    scope.log(noticeEvents.tested, { portalId: portal.id, eventId: id, ...told });
    return told;
  };
}

function toldOf(result: TryResult): Omit<TestResult, 'ms'> {
  const status = 'status' in result && result.status !== undefined ? { status: result.status } : {};
  if (result.kind === 'delivered') return { delivered: true, ...status };
  if (result.kind === 'gone') return { delivered: false, ...status, trouble: 'it says that it is gone for good' };
  const isRedirect = result.kind === 'failed' && Math.floor((result.status ?? 0) / 100) === 3;
  const trouble = isRedirect ? 'it redirects, and redirects are not followed' : result.trouble;
  return { delivered: false, ...status, trouble: explained[trouble] ?? trouble };
}
