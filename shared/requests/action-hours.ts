import type { Priority } from './priority.ts';

export type Action =
  | 'first-response'
  | 'answer-customer'
  | 'diagnose'
  | 'update-customer'
  | 'ask-again'
  | 'file-case'
  | 'mend-escalation'
  | 'follow-case'
  | 'confirm-with-customer'
  | 'close';

/**
 * Within how many hours of any day the desk does what comes next. Our default, the desk's own pace; what the customer is promised stands in the
 * support statement, and wins for the first response wherever it can be computed.
 */
export const actionHours: Record<Action, Record<Priority, number>> = {
  /** Of the creation, where the published hours never add up to the target. */
  'first-response': { p1: 1, p2: 4, p3: 8, p4: 24 },
  /** Of the customer's last word. */
  'answer-customer': { p1: 1, p2: 4, p3: 8, p4: 24 },
  /** Of the acknowledgement. */
  diagnose: { p1: 1, p2: 4, p3: 24, p4: 48 },
  /** Of what the customer last heard. */
  'update-customer': { p1: 2, p2: 8, p3: 24, p4: 72 },
  /** Of the question. */
  'ask-again': { p1: 4, p2: 24, p3: 48, p4: 72 },
  /** Of the last news of the escalation, all three. */
  'file-case': { p1: 1, p2: 2, p3: 8, p4: 24 },
  'mend-escalation': { p1: 1, p2: 2, p3: 8, p4: 24 },
  'follow-case': { p1: 2, p2: 8, p3: 24, p4: 72 },
  /** Of the case's end at Microsoft. */
  'confirm-with-customer': { p1: 2, p2: 8, p3: 24, p4: 72 },
  /** Of the solution: time for the customer to say that it is none. */
  close: { p1: 72, p2: 72, p3: 72, p4: 72 },
};
