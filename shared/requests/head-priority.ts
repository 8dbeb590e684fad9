import { decidePriority, type DecidedPriority } from './priority.ts';
import type { Head } from './request-event.ts';

type Prioritised = Pick<Head, 'severity' | 'triage' | 'impact' | 'saidPriority'> & Partial<Pick<Head, 'priority'>>;

/** What the rules and the desk's people say of a request as it is. */
export const priorityNow = ({ severity, triage, impact, saidPriority }: Prioritised): DecidedPriority =>
  decidePriority({ severity, category: triage.category, impact, said: saidPriority });

/** As it was decided; a head of the version before does not say. */
export const priorityOf = (head: Prioritised): DecidedPriority => head.priority ?? priorityNow(head);
