import type { AuditRecord } from './customers-source.ts';

/**
 * Kinds of resource that say nothing about who the customers are, what they use or through whom: people, devices and their
 * licences, keys, money, the partner's own house. Delegated relationships are followed by a list of their own. Microsoft docs:
 * "Auditing resources", `resourceType`; one that is not named here, or is new, is followed.
 */
const besideThePoint = new Set([
  'agreement',
  'application',
  'application_credential',
  'credit',
  'customer_directory_role',
  'customer_user',
  'device',
  'granular_admin_access_assignment',
  'granular_admin_relationship',
  'invoice',
  'license',
  'mpn_association',
  'partner_customer_dap',
  'partner_user',
  'policy',
  'referral',
  'self_serve_policy',
  'software_download_link',
  'software_key',
  'software_page',
  'spending_limit',
]);

/** What audit records give reason to read again. */
type AuditHints = { tenantIds: string[]; resellers: boolean };

/** An operation that failed changed nothing; one that is under way may have. */
export function hintsOf(records: readonly AuditRecord[]): AuditHints {
  const telling = records.filter(({ hasFailed, resourceType }) => !hasFailed && !besideThePoint.has(resourceType));
  return {
    tenantIds: [...new Set(telling.flatMap(({ tenantId }) => tenantId ?? []))],
    resellers: telling.some(({ resourceType }) => resourceType === 'partner_relationship'),
  };
}
