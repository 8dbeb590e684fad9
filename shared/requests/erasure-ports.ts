import type { Scope } from '../platform/telemetry.ts';

/** What had gone, or may have gone, to Microsoft about a request: ids, states and times. */
export type ErasableEscalation = {
  escalationId: string;
  state: string;
  vehicle?: string | undefined;
  channel: string;
  caseNumber?: string | undefined;
  filedAt?: string | undefined;
  /** `maybe` where a filing was begun whose end nobody has told. */
  filed: 'yes' | 'maybe' | 'no';
  /** Not filed yet, and the texts to file are still there. */
  needsTexts: boolean;
  /** The ids under which portals were told of it. */
  noticeIds: string[];
};

/** What escalations offer to an erasure. Both are idempotent. */
export type EscalationTexts = {
  /** Of every escalation that the request was part of. */
  of(requestId: string, escalationIds: readonly string[]): Promise<ErasableEscalation[]>;
  /** Removes what its escalations quote of the request; those that nobody has filed are taken back. */
  erase(requestId: string, scope: Scope): Promise<void>;
};

/** A webhook that was sent to a portal at least once. */
export type ToldNotice = { id: string; type: string; state: string; at: string };

export type ToldNotices = (portalId: string, eventIds: readonly string[]) => Promise<ToldNotice[]>;

/** Webhooks that are kept because their customer is unknown, by the person who sent them as their portal knows it. */
export type QuarantinedOfContact = {
  find(contactId: string): Promise<string[]>;
  /** Idempotent. */
  erase(contactId: string, quarantineId: string): Promise<void>;
};
