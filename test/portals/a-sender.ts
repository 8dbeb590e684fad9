import { scopeFor } from '../../shared/platform/telemetry.ts';
import { identifySender } from '../../shared/portals/identify-sender.ts';
import type { Inbound } from '../../shared/portals/inbound.ts';
import { portalPartition, registerPortalOp } from '../../shared/portals/portal.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryTable } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { aPortal } from './a-portal.ts';

/** One registered portal whose webhooks come this way, and the desk that says who sent what. */
export async function aSender(inbound: Inbound, secret: string, nowMs: number) {
  const { clock } = movedClock(nowMs);
  const { table } = memoryTable();
  const portal = aPortal({ inbound });
  await table.transact(portalPartition, [registerPortalOp(portal)]);
  const deps = {
    registry: createPortalRegistry({ table, clock }),
    readSecret: async () => Promise.resolve(secret),
    clock,
  };
  const { log, entries } = capturedLog();
  const identify = async (headers: Record<string, string>, body: string | Uint8Array) =>
    identifySender(
      deps,
      {
        portalId: portal.id,
        headers: new Headers({ 'content-type': 'application/json', ...headers }),
        raw: Buffer.from(body as string),
      },
      scopeFor(log, 'correlation'),
    );
  return { identify, entries };
}
