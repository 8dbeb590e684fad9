import type { CaseMessage } from './case-follower.ts';

/**
 * What was seen of a case, by whichever way. A member that is absent says nothing. `at` is when it was so at Microsoft (ISO): the
 * time of a mail, or of a read, which is the time of the call if it is left out. `nextUpdateBy` is a promise in so many words.
 */
export type CaseNews = {
  /** `mail`: of a case that the desk reads by the Support API, the mails are not kept beside what is read. */
  via?: 'api' | 'mail';
  at?: string;
  number?: string;
  status?: string;
  isClosed?: boolean;
  severity?: string;
  /** The engineer's address or name; kept only as a hash. */
  engineer?: string;
  needsAnswer?: boolean;
  messages: readonly CaseMessage[];
  nextUpdateBy?: string;
  /** The messages are Microsoft's automatic receipts: they answer nothing. */
  isReceipt?: boolean;
};
