import type { Statement } from './statement.ts';

const officeDay = [{ from: '09:00', to: '17:30' }];

/**
 * What the clocks go by until the partner publishes its own, and the start of a partner's own. Version 0 says that nobody has
 * published it: it is never shown to the public. The targets are ours, each no slower than Microsoft's towards partners
 * (critical 2 h, moderate 4 h, minimal 8 h. Source: Microsoft docs, "Report problems on behalf of a customer").
 */
export const defaultStatement: Statement = {
  version: 0,
  partner: { name: 'Example Cloud Partner', country: 'DEU' },
  support: [
    { kind: 'billing', how: 'direct' },
    { kind: 'subscription', how: 'direct' },
    { kind: 'technical', how: 'direct' },
    { kind: 'advisory', how: 'direct' },
  ],
  hours: {
    timeZone: 'Europe/Berlin',
    weekly: { monday: officeDay, tuesday: officeDay, wednesday: officeDay, thursday: officeDay, friday: officeDay },
    holidays: [
      { date: '2026-12-25', name: 'Christmas Day' },
      { date: '2026-12-26', name: 'Second day of Christmas' },
      { date: '2027-01-01', name: 'New Year' },
    ],
  },
  contact: { email: 'support@partner.example', phone: '+49 30 5550100', url: 'https://support.partner.example' },
  price: { charged: false, text: 'Support is part of every subscription bought from us.' },
  responseTargets: {
    critical: { minutes: 60, calendar: 'always' },
    moderate: { minutes: 240, calendar: 'business' },
    minimal: { minutes: 480, calendar: 'business' },
  },
};
