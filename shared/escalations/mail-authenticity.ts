import { senderDomain } from './mail-address.ts';
import { headersNamed, type MailHeader } from './mail-header.ts';
import { parseResults, type AuthenticationResult } from './mail-results.ts';

/** Why a mail does not count as Microsoft's. */
export type Doubt =
  /** The partner's own Exchange Online has stamped no results, or not on top. */
  | 'no-results'
  | 'results-not-exchange'
  | 'results-unreadable'
  /** Sent inside the partner's own organisation. */
  | 'sent-inside'
  | 'sender-unreadable'
  | 'sender-not-microsoft'
  | 'not-authenticated';

export type Authenticity = { isMicrosoft: true } | { isMicrosoft: false; doubt: Doubt };

const doubted = (doubt: Doubt): Authenticity => ({ isMicrosoft: false, doubt });

/**
 * Whether a mail is Microsoft's: the topmost results say that DMARC passed (or, where there is no verdict of DMARC, an aligned
 * DKIM or SPF) for the domain of the one sender, and that is one of Microsoft's for cases. Older results further down are whoever
 * sent them's; `ARC-…` fields, `compauth` and the address alone prove nothing here.
 */
export function authenticityOf(headers: readonly MailHeader[]): Authenticity {
  const [own] = headersNamed(headers, 'authentication-results');
  if (own === undefined || isBelowEntrance(headers)) return doubted('no-results');
  if (headersNamed(headers, 'x-ms-exchange-organization-authas').some((as) => /^internal$/i.test(as)))
    return doubted('sent-inside');
  const parsed = parseResults(own);
  if (!parsed) return doubted('results-unreadable');
  if (parsed.server !== undefined && !isExchangeOnline(parsed.server)) return doubted('results-not-exchange');
  const senders = headersNamed(headers, 'from');
  const domain = senders.length === 1 ? senderDomain(senders[0] ?? '') : undefined;
  if (domain === undefined) return doubted('sender-unreadable');
  if (!isCaseDomain(domain)) return doubted('sender-not-microsoft');
  return isProven(parsed.results, domain) ? { isMicrosoft: true } : doubted('not-authenticated');
}

/** Only what was written above the line of the door was written inside: Exchange Online's front end names itself there. */
function isBelowEntrance(headers: readonly MailHeader[]): boolean {
  const at = headers.findIndex(({ name }) => name.toLowerCase() === 'authentication-results');
  return headers
    .slice(0, at)
    .some(({ name, value }) => name.toLowerCase() === 'received' && /via\s+frontend\s+transport/i.test(value));
}

/** Names under which Exchange Online writes results, of all clouds; most often it writes none. */
const isExchangeOnline = (server: string): boolean =>
  server === 'mx.microsoft.com' ||
  /(?:^|\.)protection\.(?:outlook\.com|office365\.us|partner\.outlook\.cn)$/.test(server);

/** Not every host below microsoft.com: a forgotten name there has been taken over by strangers before. */
const isCaseDomain = (domain: string): boolean =>
  domain === 'microsoft.com' || /^(?:[a-z0-9-]+\.)*support\.microsoft\.com$/.test(domain);

const isMicrosofts = (domain: string | undefined): boolean =>
  domain !== undefined && /^(?:[a-z0-9-]+\.)*microsoft\.com$/.test(domain);

function isProven(results: readonly AuthenticationResult[], domain: string): boolean {
  const of = (method: string) => results.filter((result) => result.method === method);
  const [verdict, ...more] = of('dmarc');
  // Two verdicts: one of them was smuggled in by a part that Exchange copies from the mail.
  if (more.length > 0 || of('spf').length > 1) return false;
  if (verdict?.result === 'pass') return verdict.properties['header.from'] === domain;
  if (verdict && verdict.result !== 'none' && verdict.result !== 'bestguesspass') return false;
  const isAligned = (method: string, property: string) =>
    of(method).some(({ result, properties }) => result === 'pass' && isMicrosofts(hostOf(properties[property])));
  return isAligned('dkim', 'header.d') || isAligned('spf', 'smtp.mailfrom');
}

/** SPF names the domain, or the whole address. */
const hostOf = (property: string | undefined): string | undefined => property?.split('@').at(-1);
