import type { Escalation } from './escalation-view.ts';
import type { Packet } from './packet.ts';

/** A packet with what a person must know before filing it; text of people is in it as it came. */
export type PacketView = {
  escalation: Escalation;
  packet: Packet;
};

/** Directions that change how text reads without being seen, and characters that no form wants. */
const unseen = /(?![\t\n])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Text as it may be shown: lines are lines, and what cannot be seen is shown by its number. */
export const visible = (text: string): string =>
  text
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(unseen, (found) => `[U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`);

const parties = { provider: 'the provider', publisher: 'the publisher', customer: 'the customer' };

/** Who may file now, and until when: the first thing on the page. */
export function standing({ escalation: { state, claim, caseNumber, handedOffTo }, packet }: PacketView): string {
  if (caseNumber !== undefined) return `Filed already: case ${caseNumber}. Do not file it again.`;
  if (handedOffTo !== undefined) return `This is for ${parties[handedOffTo]} to solve or file: send it there.`;
  if (state !== 'claimed' || !claim) {
    return 'Nobody has claimed it: claim it before you file it, the link is shown then.';
  }
  return packet.link === undefined
    ? `${claim.by} claimed it, until ${claim.until}: only who holds the claim may file it.`
    : `Your claim holds until ${claim.until}: file it before, and tell the number.`;
}

/** Where to file: said before anything is copied, for the wrong tenant makes a case of the wrong customer. */
export function place({ packet: { portal } }: PacketView): string[] {
  return [
    `Portal: ${portal.name}`,
    `Tenant id: ${portal.tenantId}`,
    portal.opensTenant
      ? 'The link opens this tenant. Check it all the same before you send.'
      : 'The link does not open this tenant: switch to it, or choose the customer, before you file.',
    `Least role: ${portal.leastRole}`,
    ...(portal.form === 'unconfirmed'
      ? ['No public source tells the form of this product: the fields may stand in another order, or differ.']
      : []),
  ];
}
