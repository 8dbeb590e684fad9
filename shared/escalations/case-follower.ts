import type { CaseState, Passing, Refused } from './filing-channel.ts';

/** A case that exists at Microsoft, with all by which one of its interfaces may find it. */
export type CaseRef = {
  escalationId: string;
  /** 14 to 16 digits. */
  caseNumber: string;
  connectionId: string;
  customerTenantId: string;
  partnerTenantId: string;
  tokenWay: 'app' | 'delegated';
  /** Of a case that the desk filed by the Azure Support API. */
  subscriptionId?: string | undefined;
  ticketName?: string | undefined;
};

/** What Microsoft and the partner write to each other on a case. `id` is Microsoft's, or the desk's own name. Plain text. */
export type CaseMessage = { id: string; at: string; from: 'microsoft' | 'partner'; subject?: string; text: string };

/** `needsAnswer`: Microsoft waits for the partner. `messages`: those after the time asked for, oldest first. */
export type CaseSeen = CaseState & { needsAnswer: boolean; messages: CaseMessage[] };

/** What the desk does to a case; `name` is the desk's and always the same for the same effect. */
export type CaseWish =
  | { kind: 'message'; name: string; subject: string; text: string }
  | { kind: 'severity'; severity: 'critical' | 'moderate' | 'minimal' }
  | { kind: 'close'; name: string; text: string };

export type WishOutcome =
  | { kind: 'done' }
  /** Nobody knows whether it had its effect: come again with `isRepeat`. */
  | { kind: 'unknown'; reason: string; retryAfterSeconds?: number }
  | Passing
  | Refused;

/**
 * A way to read a case of Microsoft's and to write on it. Nothing here throws for what the other side does. `absent`: this way does
 * not know the case, which says nothing about whether it exists.
 */
export type CaseFollower = {
  read(
    ref: CaseRef,
    since: string | undefined,
  ): Promise<{ kind: 'found'; case: CaseSeen } | { kind: 'absent' } | Passing | Refused>;
  /** `isRepeat`: it may have been done before, so look first where that can be seen. */
  wish(ref: CaseRef, wish: CaseWish, isRepeat: boolean): Promise<WishOutcome>;
};
