import { guarded, openSession, type AzureSupportOptions } from './azure-session.azuresupport.ts';
import { readTrouble, supportPath } from './azure-ticket.azuresupport.ts';
import type { Passing, Refused } from './filing-channel.ts';
import { lackingRights, type LackingRights, type RightsProbe } from './rights.ts';

/** A name that is asked about and never used. */
const body = JSON.stringify({ name: 'desk-rights', type: 'Microsoft.Support/supportTickets' });

/**
 * Asks with both tokens whether a name of a ticket is free in the customer's subscription: a call that makes nothing, and that the
 * role Support Request Contributor gives and Reader does not. Source: Microsoft docs, "Support Tickets - Check Name Availability"
 * (api-version 2024-04-01), "Azure built-in roles".
 */
export function azureRightsProbe(options: AzureSupportOptions): RightsProbe {
  return async (place) => {
    const path = `${supportPath(place.subscriptionId)}checkNameAvailability`;
    const said = await guarded(async () => {
      const session = await openSession(options, place);
      const answer = await session.call({ method: 'POST', path, body });
      return answer.status === 200 ? ({ kind: 'granted' } as const) : readTrouble(answer, options.clock.now());
    });
    return said.kind === 'granted' ? said : toAnswer(said);
  };
}

/** A refusal that may pass is one all the same: nothing is promised on it. */
function toAnswer(said: Passing | Refused): Awaited<ReturnType<RightsProbe>> {
  const refused = said.kind === 'refused' ? said : said.doubt;
  const code = lackingRights.find((one): one is LackingRights => one === refused?.code);
  if (refused === undefined || code === undefined) {
    return { kind: 'passing', reason: said.kind === 'passing' ? said.reason : (said.upstream ?? said.code) };
  }
  return { kind: 'refused', code, ...(refused.upstream !== undefined && { upstream: refused.upstream }) };
}
