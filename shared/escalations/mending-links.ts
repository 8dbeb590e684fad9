import type { CloudName } from '../customers/cloud.ts';
import type { Customer } from '../customers/customer.ts';

export type MendingPlace = {
  cloud: CloudName;
  /** Root of the sign-in service, such as `https://login.microsoftonline.com`. */
  authority: string;
  clientId: string | undefined;
  customer: Pick<Customer, 'tenantId' | 'connectionId' | 'gdap'>;
};

const approval = 'https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships';
const partnerCenter = 'https://partner.microsoft.com/en-us/dashboard/commerce2/customers';

type LinkOf = (place: MendingPlace) => string | undefined;

const consent: LinkOf = ({ authority, clientId, customer }) =>
  clientId === undefined
    ? undefined
    : `${authority}/${encodeURIComponent(customer.tenantId)}/adminconsent?client_id=${encodeURIComponent(clientId)}`;

/** Known for the global cloud only: the others' partner portals have other addresses, if any. */
const inGlobal =
  (link: LinkOf): LinkOf =>
  (place) =>
    place.cloud === 'global' ? link(place) : undefined;

const relationshipPage = inGlobal(({ customer: { tenantId, gdap } }) => {
  const page = `${partnerCenter}/${encodeURIComponent(tenantId)}/adminrelationships`;
  return gdap?.relationshipId === undefined ? page : `${page}/${encodeURIComponent(gdap.relationshipId)}`;
});

const approvalPage = inGlobal(({ customer: { gdap } }) =>
  gdap?.relationshipId === undefined ? undefined : `${approval}/${encodeURIComponent(gdap.relationshipId)}`,
);

const statement: LinkOf = () => '/api/support-statement';

/** By the code of a trouble or a reason. Microsoft docs: admin consent; GDAP customer approval. The last is community-known. */
const links: Readonly<Record<string, LinkOf>> = {
  'not-consented': consent,
  'access-missing': consent,
  'gdap-not-approved': approvalPage,
  'gdap-missing': relationshipPage,
  'gdap-expired': relationshipPage,
  'gdap-ending': relationshipPage,
  'role-lacking': relationshipPage,
  'gdap-unknown': relationshipPage,
  'channel-unproven': relationshipPage,
  'vehicle-missing': ({ customer }) => `/api/vehicles/${encodeURIComponent(customer.connectionId)}/advanced`,
  'contact-missing': statement,
  'phone-missing': statement,
  late: () => '/api/readyz',
};

/** The address at which a person mends it, as a member to spread; nothing where none is known. */
export function mendingLink(code: string, place: MendingPlace): { link?: string } {
  const link = links[code]?.(place);
  return link === undefined ? {} : { link };
}
