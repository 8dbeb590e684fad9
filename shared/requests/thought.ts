import { openIncidents } from '../customers/customer.ts';
import type { RulesInForce } from './boundary-rule.ts';
import type { AdminLinks, IntakeCustomer, LiveIncidents } from './ports.ts';
import { impactOf, type Impact } from './priority.ts';
import { triage, type TriageInput } from './triage.ts';
import type { Triage } from './triage-answer.ts';

export type ThoughtDeps = {
  liveIncidents: LiveIncidents;
  /** The boundary rules in force, from a cache. */
  boundaryRules: () => Promise<RulesInForce>;
  adminLinks: AdminLinks;
};

type Asked = Pick<TriageInput, 'receivedAt' | 'expectedFirstResponseAt' | 'person'> & {
  request: TriageInput['request'] & { businessImpact?: string | undefined };
  /** Undefined for one that the desk does not know any more: then no incident is held against the request. */
  customer: IntakeCustomer | undefined;
};

/** What the desk thinks of a request by what is known of its customer now; and what of it counts for the priority. */
export async function thoughtOf(
  deps: ThoughtDeps,
  { customer, ...asked }: Asked,
): Promise<{ triage: Triage; impact: Impact }> {
  const [rules, incidents] = await Promise.all([
    deps.boundaryRules(),
    customer ? deps.liveIncidents(openIncidents(customer)) : [],
  ]);
  const thought = triage({
    ...asked,
    incidents,
    coverage: customer?.coverage,
    adminLinks: (service) => (customer ? deps.adminLinks(customer, service) : []),
    rules,
  });
  return { triage: thought, impact: impactOf(asked.request, thought.likelyIncidents, incidents) };
}
