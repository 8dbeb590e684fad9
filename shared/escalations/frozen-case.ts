import type { EscalationRow } from './escalation.ts';
import type { Packet } from './packet.ts';
import type { Contract } from './vehicle.ts';

type Begun = { contract?: Contract | undefined; packet?: Packet | undefined };

/** What of the contract and the packet an escalation goes by to its end, whatever becomes of them: the promised hours, the product. */
export function frozenCase({ contract, packet }: Begun, severity: EscalationRow['severity']) {
  const { responseHours, source } = contract ?? {};
  return {
    ...(responseHours && {
      responseHours: responseHours[severity],
      targets: { responseHours, ...(source !== undefined && { source }) },
    }),
    ...(packet && { product: packet.product }),
  } satisfies Partial<EscalationRow>;
}
