import { serviceIdOf } from './graph-services.ts';
import { customers } from './seed-world.ts';

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** A post of Message center. Times are milliseconds of world time. */
export type Message = {
  id: string;
  title: string;
  html: string;
  category: string;
  severity: string;
  /** Display names. */
  services: string[];
  tags: string[];
  isMajorChange: boolean;
  actionRequiredBy?: number | undefined;
  startAt: number;
  endAt: number;
  /** When it was published and each time it was changed; what lies ahead of the world clock has not happened yet. */
  revisions: number[];
  /** Tenants that see it. */
  customers: string[];
};

/** What the control endpoint may say about a post. */
export type MessageChange = {
  id: string;
  title?: string | undefined;
  body?: string | undefined;
  category?: string | undefined;
  services?: string[] | undefined;
  isMajorChange?: boolean | undefined;
  /** ISO 8601. */
  actionRequiredBy?: string | undefined;
  endsAt?: string | undefined;
  customers?: string[] | undefined;
};

/** The newest revision that has happened; undefined for a post that is not published yet. */
export const lastModified = ({ revisions }: Message, now: number): number | undefined =>
  revisions.filter((at) => at <= now).at(-1);

/** A new post, or the next revision of a known one. */
export function changeMessage(known: Message | undefined, change: MessageChange, now: number): Message {
  const past = known?.revisions.filter((at) => at <= now) ?? [];
  const at = Math.max(now, (past.at(-1) ?? 0) + 1);
  const { body: html, actionRequiredBy, endsAt, ...same } = change;
  const given = { ...same, html, actionRequiredBy: msOf(actionRequiredBy), endAt: msOf(endsAt) };
  const said: Partial<Message> = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...(known ?? newMessage(change, at)), ...said, revisions: [...past, at] };
}

const msOf = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time));

function newMessage({ id, services = ['Microsoft 365 suite'] }: MessageChange, startAt: number): Message {
  return {
    id,
    title: `Changes to ${services.join(', ')}`,
    html: '<p>Something will change.</p>',
    category: 'planForChange',
    severity: 'normal',
    services,
    tags: ['User impact'],
    isMajorChange: false,
    startAt,
    endAt: startAt + 90 * day,
    revisions: [],
    customers: customers.map(({ tenantId }) => tenantId),
  };
}

const licensed = (...services: string[]): string[] =>
  customers
    .filter(({ serviceIds }) => services.some((service) => serviceIds.includes(serviceIdOf(service))))
    .map(({ tenantId }) => tenantId);

/**
 * What Message center holds when a world begins, relative to that moment.
 * @param beganAt milliseconds of world time
 * @param round counts the beginnings of one journal
 */
export function seedMessages(beganAt: number, round: number): Message[] {
  const post = (number: number, services: string[], rest: Partial<Message>): Message => ({
    ...newMessage({ id: `MC${String(number + round)}`, services }, beganAt - 10 * day),
    revisions: [beganAt - 10 * day],
    customers: licensed(...services),
    ...rest,
  });
  return [
    post(1_180_210, ['Exchange Online'], {
      title: 'Basic authentication for client submission is retired',
      html: '<p>Client submission (SMTP AUTH) will take <b>OAuth</b> only.</p><p>Move devices and scripts before the date.</p>',
      severity: 'high',
      tags: ['Admin impact', 'Retirement'],
      isMajorChange: true,
      actionRequiredBy: beganAt + 60 * day,
      endAt: beganAt + 120 * day,
      revisions: [beganAt - 10 * day, beganAt - 2 * hour, beganAt + 8 * hour],
    }),
    post(1_181_310, ['Microsoft Teams', 'SharePoint Online'], {
      title: 'Meeting recordings get chapters',
      html: '<p>Recordings are divided into chapters by themselves.</p>',
      category: 'stayInformed',
      tags: ['New feature', 'User impact'],
      endAt: beganAt + 45 * day,
    }),
    post(1_182_410, ['Dynamics 365 Apps'], {
      title: 'Apply the update for scheduled flows',
      html: '<p>Flows made before last year need a new connection.</p>',
      category: 'preventOrFixIssue',
      endAt: beganAt + 20 * hour,
    }),
  ];
}
