import { dayMs, toIso } from '../core/clock.ts';
import { countOf, itemsOf, textsOf, valuesOf } from './doctor-answers.ts';
import { byStatus, isAnswered, refusedBy, type DoctorCheck, type DoctorPlace, type Probe } from './doctor-check.ts';

const contract = { 'MS-Contract-Version': 'v1' };

const atPartnerCenter =
  (path: string | ((place: DoctorPlace) => string | undefined), more: Partial<Probe> = {}) =>
  (place: DoctorPlace): Probe | undefined => {
    const asked = typeof path === 'string' ? path : path(place);
    if (asked === undefined) return undefined;
    const tenantId = place.partnerTenantId;
    return { resource: 'partnercenter', way: 'app', tenantId, path: asked, headers: contract, ...more };
  };

const ofCustomer =
  (path: (place: DoctorPlace) => string) =>
  (place: DoctorPlace): Probe | undefined =>
    place.appTenantId === undefined
      ? undefined
      : { resource: 'graph', way: 'app', tenantId: place.appTenantId, path: path(place) };

const announcements = '/v1.0/admin/serviceAnnouncement';
const works = byStatus(() => 'It works.');

const filterCheck = (id: string, property: string, filter: (place: DoctorPlace) => string): DoctorCheck => ({
  id,
  question: `Can service health issues be filtered by ${property}?`,
  otherwise: 'The desk asks without the filter and reads everything.',
  probe: ofCustomer((place) => `${announcements}/issues?$top=1&$filter=${encodeURIComponent(filter(place))}`),
  read: works,
});

const azureRead =
  (path: (subscriptionId: string) => string, withPartnerToken?: true) =>
  (place: DoctorPlace): Probe | undefined =>
    place.azure && {
      resource: 'azure' as const,
      way: place.azure.way,
      tenantId: place.azure.tenantId,
      path: path(place.azure.subscriptionId),
      ...(withPartnerToken && { withPartnerToken }),
    };

/**
 * Questions about Microsoft's APIs that a read answers. Their sources disagree, are old, or are code of others; each is about
 * something that the desk relies on or would use.
 */
export const doctorChecks: readonly DoctorCheck[] = [
  {
    id: 'service-requests-of-customer',
    question: 'Are service requests of a customer listed at Partner Center?',
    otherwise: 'Commercial cases are followed by the case mailbox and by asking the person who filed.',
    probe: atPartnerCenter(
      ({ appTenantId, delegatedTenantId = appTenantId }) =>
        delegatedTenantId && `/v1/customers/${delegatedTenantId}/servicerequests`,
      { way: 'delegated' },
    ),
    read: byStatus((answer) => `Listed ${countOf(answer)}; statuses ${valuesOf(answer, 'status')}.`),
  },
  {
    id: 'service-requests-of-partner',
    question: 'Are all service requests of the partner listed at Partner Center?',
    otherwise: 'They are read one by one, by their number.',
    probe: atPartnerCenter('/v1/servicerequests?size=1&offset=0', { way: 'delegated' }),
    read: byStatus((answer) => `Listed ${countOf(answer)}.`),
  },
  {
    id: 'service-requests-created-by-api',
    question: 'Do the withdrawn calls for creating service requests answer again?',
    otherwise: 'As documented: cases at Partner Center are filed by a person with the packet.',
    probe: atPartnerCenter('/v1/servicerequests/supporttopics', { way: 'delegated' }),
    read: byStatus((answer) => `Support topics are listed again: ${countOf(answer)}.`),
  },
  {
    id: 'partner-center-without-contract-version',
    question: 'Is MS-Contract-Version unnecessary at Partner Center?',
    otherwise: 'The desk sends it always.',
    probe: atPartnerCenter('/v1/customers?size=1', { headers: {} }),
    read: works,
  },
  {
    id: 'partner-center-page-size',
    question: 'Does Partner Center take pages of more than 500 customers?',
    otherwise: 'The desk asks for smaller pages.',
    probe: atPartnerCenter('/v1/customers?size=1000'),
    read: byStatus((answer) => `One page had ${countOf(answer)}.`),
  },
  {
    id: 'partner-center-webhook-events',
    question: 'Which webhooks does Partner Center offer?',
    otherwise: 'Changes are seen by audit records and the daily whole read.',
    probe: atPartnerCenter('/webhooks/v1/registration/events'),
    read: byStatus((answer) => `${String(textsOf(answer).length)}: ${textsOf(answer).slice(0, 60).join(', ')}.`),
  },
  {
    id: 'partner-center-mfa',
    question: 'Does the sign-in behind the refresh token carry multifactor authentication?',
    otherwise:
      'Sign the integration account in again with it: Partner Center refuses tokens without (401, code 900421).',
    probe: atPartnerCenter('/v1/servicerequests?size=1&offset=0', {
      way: 'delegated',
      headers: { ...contract, ValidateMfa: 'true' },
    }),
    read: (answer) => {
      const told = answer.headers.ismfacompliant;
      if (told === undefined) {
        const isMissing = answer.status === 401;
        return isMissing ? refusedBy(answer) : { state: 'unproven', said: 'Not told in the answer.' };
      }
      return {
        state: told.toLowerCase() === 'true' ? 'proven' : 'refused',
        said: `isMfaCompliant: ${told.slice(0, 20)}.`,
      };
    },
  },
  {
    id: 'gdap-as-application',
    question: 'Are delegated admin relationships (GDAP) read as the application, without a person?',
    otherwise: 'They are read as the person of the connection.',
    probe: ({ partnerTenantId: tenantId }) => ({
      resource: 'graph',
      way: 'app',
      tenantId,
      path: '/v1.0/tenantRelationships/delegatedAdminRelationships?$top=1',
    }),
    read: works,
  },
  filterCheck(
    'issues-by-time',
    'lastModifiedDateTime',
    ({ nowMs }) => `lastModifiedDateTime gt ${toIso(nowMs - dayMs)}`,
  ),
  filterCheck('issues-by-resolved', 'isResolved', () => 'isResolved eq false'),
  filterCheck('issues-by-service', 'service', () => "service eq 'Exchange Online'"),
  {
    id: 'oldest-resolved-issue',
    question: 'How long do resolved service health issues stay readable?',
    otherwise: 'The desk keeps what it has read itself.',
    probe: ofCustomer(
      () => `${announcements}/issues?$top=1&$orderby=endDateTime&$filter=${encodeURIComponent('isResolved eq true')}`,
    ),
    read: (answer) => {
      if (!isAnswered(answer)) return refusedBy(answer);
      const [oldest] = itemsOf(answer);
      const at = oldest?.endDateTime;
      return typeof at === 'string'
        ? { state: 'proven', said: `The oldest ended at ${at.slice(0, 40)}.` }
        : { state: 'unproven', said: 'This tenant has none.' };
    },
  },
  {
    id: 'service-ids',
    question: 'Which services does service health name?',
    otherwise: 'Nothing is seen without consent.',
    probe: ofCustomer(() => `${announcements}/healthOverviews`),
    read: byStatus((answer) => `${valuesOf(answer, 'id')}; statuses ${valuesOf(answer, 'status')}.`),
  },
  {
    id: 'case-mailbox',
    question: 'Can the case mailbox of the connection be read?',
    otherwise: 'Cases are followed by asking the person who filed; grant Mail.Read limited to that mailbox.',
    probe: ({ caseMailbox, partnerTenantId: tenantId }) =>
      caseMailbox === undefined
        ? undefined
        : {
            resource: 'graph',
            way: 'app',
            tenantId,
            path: `/v1.0/users/${encodeURIComponent(caseMailbox)}/mailFolders/inbox/messages?$top=1&$select=id`,
          },
    read: works,
  },
  {
    id: 'azure-tickets-read',
    question: 'Are Azure support tickets read on behalf of a customer, with both tokens?',
    otherwise:
      'Azure cases are filed and followed by hand; give the desk Support Request Contributor on the subscription.',
    probe: azureRead(
      (subscriptionId) =>
        `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Support/supportTickets?api-version=2024-04-01&$top=1`,
      true,
    ),
    read: byStatus((answer) => `Listed ${countOf(answer)}.`),
  },
  {
    id: 'azure-tenant-events',
    question: 'Are Azure service health events read for the whole tenant at once?',
    otherwise: 'They are read by subscription.',
    probe: azureRead(() => '/providers/Microsoft.ResourceHealth/events?api-version=2025-05-01'),
    read: works,
  },
];
