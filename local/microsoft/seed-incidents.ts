import type { Incident, IncidentStep } from './incidents.ts';
import { customers } from './seed-world.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const post = (type: 'quick' | 'regular' | 'strategic', html: string) => ({ type, html: `<p>${html}</p>` });
const tenantIds = (...indexes: number[]) => indexes.flatMap((index) => customers[index]?.tenantId ?? []);

/**
 * What is going on at Microsoft when a world begins, relative to that moment.
 * @param beganAt milliseconds of world time
 * @param round counts the beginnings of one journal: a new world needs incidents with ids of their own
 */
export function seedIncidents(beganAt: number, round: number): Incident[] {
  const after = (ms: number, step: Omit<IncidentStep, 'at'>): IncidentStep => ({ at: beganAt + ms, ...step });
  return [
    {
      id: `EX${String(1_240_117 + round)}`,
      title: 'Some users see delays when sending mail to recipients outside their organization',
      service: 'Exchange Online',
      feature: 'E-Mail timely delivery',
      featureGroup: 'E-Mail timely delivery',
      impactDescription: 'Mail to outside recipients may be delivered up to 45 minutes late.',
      classification: 'incident',
      origin: 'microsoft',
      startAt: beganAt - 95 * minute,
      steps: [
        after(-90 * minute, {
          status: 'investigating',
          customers: tenantIds(0, 3, 12),
          post: post('quick', 'We have reports of slow outbound mail and are looking into them.'),
        }),
        after(-55 * minute, {
          status: 'serviceDegradation',
          customers: tenantIds(0, 1, 3, 12, 14),
          post: post('regular', '<b>Current status:</b> part of the transport tier is short of capacity.'),
        }),
        after(25 * minute, {
          post: post('regular', '<b>Current status:</b> load is being moved to a healthy part of the transport tier.'),
        }),
        after(3 * hour, {
          status: 'restoringService',
          post: post('regular', '<b>Current status:</b> 70 percent of the delayed mail has been delivered.'),
        }),
        after(6 * hour, {
          status: 'serviceRestored',
          post: post('regular', '<b>Final status:</b> mail is delivered in time again.'),
        }),
        after(4 * day, {
          status: 'postIncidentReviewPublished',
          post: post('strategic', 'A post-incident report is available.'),
        }),
      ],
    },
    {
      id: `TM${String(1_239_804 + round)}`,
      title: 'Some users may see meeting recordings appear late',
      service: 'Microsoft Teams',
      feature: 'Meetings',
      featureGroup: 'Teams Components',
      impactDescription: 'Recordings of meetings may appear in the chat some hours late.',
      classification: 'advisory',
      origin: 'microsoft',
      startAt: beganAt - 26 * hour,
      steps: [
        after(-25 * hour, {
          status: 'serviceDegradation',
          customers: tenantIds(5, 8, 17, 20),
          post: post('regular', 'Recordings are kept and appear late.'),
        }),
        after(9 * hour, {
          status: 'serviceRestored',
          post: post('regular', '<b>Final status:</b> recordings appear in time again.'),
        }),
      ],
    },
    {
      id: `SP${String(1_231_552 + round)}`,
      title: "Users couldn't open some SharePoint Online sites",
      service: 'SharePoint Online',
      feature: 'SharePoint Features',
      featureGroup: 'SharePoint Features',
      impactDescription: 'Some sites answered with an error.',
      classification: 'incident',
      origin: 'microsoft',
      startAt: beganAt - 9 * day,
      steps: [
        after(-9 * day + 20 * minute, {
          status: 'serviceInterruption',
          customers: customers.map((customer) => customer.tenantId),
          post: post('quick', 'Some sites cannot be opened. We are looking into it.'),
        }),
        after(-9 * day + 5 * hour, {
          status: 'serviceRestored',
          post: post('regular', '<b>Final status:</b> a configuration change was rolled back.'),
        }),
      ],
    },
  ];
}
