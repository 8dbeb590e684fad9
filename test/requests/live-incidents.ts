import type { LiveIncident } from '../../shared/requests/ports.ts';

const anIncident = (
  incident: Partial<LiveIncident> & Pick<LiveIncident, 'id' | 'service' | 'title'>,
): LiveIncident => ({
  serviceName: incident.service,
  feature: '',
  impact: '',
  status: 'serviceDegradation',
  classification: 'incident',
  startedAt: '2026-11-02T07:00:00.000Z',
  ...incident,
});

/** Open at once at one customer; EX100 and EX200 are on the same service. */
export const liveIncidents: readonly LiveIncident[] = [
  anIncident({
    id: 'EX100',
    service: 'Exchange',
    serviceName: 'Exchange Online',
    feature: 'E-Mail timely delivery',
    title: 'Some users see delays when sending mail to external recipients',
    impact: 'Mail to outside recipients may be delivered late by up to 40 minutes.',
    nextUpdateBy: '2026-11-02T11:00:00.000Z',
  }),
  anIncident({
    id: 'EX200',
    service: 'Exchange',
    serviceName: 'Exchange Online',
    feature: 'Search',
    title: 'Search results are missing in mailboxes',
    impact: 'Users may see empty or incomplete search results in Outlook.',
    classification: 'advisory',
  }),
  anIncident({
    id: 'TM300',
    service: 'microsoftteams',
    serviceName: 'Microsoft Teams',
    feature: 'Audio and Video',
    title: 'Users experience choppy audio and disconnects in meetings',
    impact: 'Meeting audio may be interrupted.',
  }),
  anIncident({
    id: 'MO400',
    service: 'OrgLiveID',
    serviceName: 'Microsoft Entra',
    feature: 'Multifactor authentication',
    title: 'Users are repeatedly prompted for MFA when signing in',
    impact: 'Sign in may loop through multifactor authentication.',
  }),
  anIncident({
    id: 'AZ500',
    service: 'azure',
    serviceName: 'Azure',
    feature: 'Virtual Machines',
    title: 'Virtual machines unreachable in West Europe',
    impact: 'Virtual machines may be unavailable.',
  }),
];

export { anIncident };
