import * as z from 'zod';
import { fromIso, minuteMs, toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { LogEvent } from './telemetry.ts';

export const consentEvents = {
  asked: { id: 'partner.consent-asked', level: 'info' },
  given: { id: 'partner.consent-given', level: 'info' },
  failed: { id: 'partner.consent-failed', level: 'warn' },
} as const satisfies Record<string, LogEvent>;

/**
 * One sign-in of the partner's integration account, from the asking to its end; nothing secret, and nobody's name. Times are ISO
 * texts. `code`: Microsoft's, or a word of the desk. `mfa` and `read`: what a read at Partner Center found. `grantedAt`: age of
 * the refresh token that the vault holds since.
 */
export const consentSchema = z.object({
  id: z.string(),
  expiresAt: z.string(),
  state: z.enum(['waiting', 'exchanging', 'done', 'failed']),
  takenAt: z.string().optional(),
  endedAt: z.string().optional(),
  code: z.string().optional(),
  mfa: z.enum(['proven', 'untold']).optional(),
  read: z.enum(['proven', 'refused', 'unproven']).optional(),
  grantedAt: z.string().optional(),
});
export type Consent = z.output<typeof consentSchema>;

/** How a sign-in ended. */
export type ConsentEnd =
  { state: 'failed'; code: string } | (Pick<Consent, 'mfa' | 'read' | 'grantedAt' | 'code'> & { state: 'done' });

/** Longer than an exchange, a read and the vault take together: whoever is not through by then was interrupted. */
const exchangeMs = 2 * minuteMs;

/** How it stands: nobody writes that a time is over. */
export function standingOf(consent: Consent, now: number): Consent | (Omit<Consent, 'state'> & { state: 'expired' }) {
  if (consent.state === 'waiting' && now >= fromIso(consent.expiresAt)) return { ...consent, state: 'expired' };
  const isInterrupted = consent.state === 'exchanging' && now >= fromIso(consent.takenAt ?? '') + exchangeMs;
  return isInterrupted ? { ...consent, state: 'failed', code: 'interrupted' } : consent;
}

const isOpen = (now: number) => (consent: Consent) =>
  ['waiting', 'exchanging'].includes(standingOf(consent, now).state);

/** The list with one more. Throws `too-many-requests` where as many wait already as may. */
export function withAsked(consents: readonly Consent[], asked: Consent, now: number): Consent[] {
  const open = consents.filter(isOpen(now));
  if (open.length >= limits.partnerConsentsOpen) {
    const firstEnd = Math.min(...open.map(({ expiresAt }) => fromIso(expiresAt)));
    throw new AppError('too-many-requests', 'So many sign-ins of this connection wait already: finish one of them.', {
      retryAfterSeconds: Math.max(1, Math.ceil((firstEnd - now) / 1_000)),
    });
  }
  const ended = consents.filter((consent) => !open.includes(consent));
  return [asked, ...open, ...ended].slice(0, limits.partnerConsentsKept);
}

/** The list with this sign-in taken by whoever brings its answer: once. Throws `illegal-transition`. */
export function withTaken(consents: readonly Consent[], id: string, now: number): Consent[] {
  const waiting = consents.find((consent) => consent.id === id && standingOf(consent, now).state === 'waiting');
  if (!waiting) throw new AppError('illegal-transition', 'This sign-in has had its answer already. Start again.');
  return consents.map((one) => (one === waiting ? { ...one, state: 'exchanging', takenAt: toIso(now) } : one));
}

type Ended = { id: string; end: ConsentEnd; endedAt: string };

export const withEnded = (consents: readonly Consent[], { id, end, endedAt }: Ended): Consent[] =>
  consents.map((one) => (one.id === id ? { ...one, ...end, endedAt } : one));
