import type { Statement } from './statement.ts';

/** Who Microsoft is told to contact on a case: always the partner. `timeZone` is a Windows zone name, `country` alpha-3. */
export type CaseContact = {
  firstName: string;
  lastName: string;
  email: string;
  phone?: string;
  country: string;
  timeZone: string;
};

/** Windows names of the zones that desks are likely to stand in. Source: Unicode CLDR, windowsZones. */
const windowsZones: Record<string, string> = {
  'Africa/Johannesburg': 'South Africa Standard Time',
  'America/Chicago': 'Central Standard Time',
  'America/Denver': 'Mountain Standard Time',
  'America/Los_Angeles': 'Pacific Standard Time',
  'America/New_York': 'Eastern Standard Time',
  'America/Sao_Paulo': 'E. South America Standard Time',
  'Asia/Dubai': 'Arabian Standard Time',
  'Asia/Kolkata': 'India Standard Time',
  'Asia/Shanghai': 'China Standard Time',
  'Asia/Singapore': 'Singapore Standard Time',
  'Asia/Tokyo': 'Tokyo Standard Time',
  'Australia/Sydney': 'AUS Eastern Standard Time',
  'Europe/Amsterdam': 'W. Europe Standard Time',
  'Europe/Berlin': 'W. Europe Standard Time',
  'Europe/Helsinki': 'FLE Standard Time',
  'Europe/London': 'GMT Standard Time',
  'Europe/Madrid': 'Romance Standard Time',
  'Europe/Oslo': 'W. Europe Standard Time',
  'Europe/Paris': 'Romance Standard Time',
  'Europe/Stockholm': 'W. Europe Standard Time',
  'Europe/Vienna': 'W. Europe Standard Time',
  'Europe/Warsaw': 'Central European Standard Time',
  'Europe/Zurich': 'W. Europe Standard Time',
};

/**
 * The partner's contact from its own published words; mail goes to the connection's case mailbox where there is one. Undefined
 * where the statement lacks what Microsoft asks for: an address or a country. A zone that we have no Windows name for is UTC.
 */
export function caseContact(statement: Statement, caseMailbox: string | undefined): CaseContact | undefined {
  const email = caseMailbox ?? statement.contact.email;
  const { name, country } = statement.partner;
  if (email === undefined || country === undefined) return undefined;
  return {
    firstName: 'Support desk',
    lastName: name,
    email,
    ...(statement.contact.phone !== undefined && { phone: statement.contact.phone }),
    country,
    timeZone: windowsZones[statement.hours.timeZone] ?? 'UTC',
  };
}
