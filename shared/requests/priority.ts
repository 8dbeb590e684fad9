import * as z from 'zod';
import type { Severity } from '../statement/statement.ts';
import type { LiveIncident } from './ports.ts';
import { reachWords } from './reach-words.ts';
import type { Category } from './request.ts';
import type { LikelyIncident } from './triage-answer.ts';
import { found, spokenOf } from './words.ts';

const priorities = ['p1', 'p2', 'p3', 'p4'] as const;
/** How soon the desk turns to a request, `p1` first. */
export const prioritySchema = z.enum(priorities);
export type Priority = z.output<typeof prioritySchema>;

/** A priority with what it follows from: kept with the event that decided it, so that it can be asked for afterwards. */
export const decidedPrioritySchema = z
  .object({ value: prioritySchema, reasons: z.array(z.string()) })
  .meta({ id: 'DecidedPriority' });
export type DecidedPriority = z.output<typeof decidedPrioritySchema>;

/** What was known of a request's impact when it came in. No text of the sender's. */
export const impactSchema = z.object({
  /** How many are hit, where the text says so. */
  reach: z.enum(['everyone', 'one']).optional(),
  isBusinessImpactStated: z.boolean(),
  /** Microsoft's live incident that the request surely looks like; an advisory is none. */
  incidentId: z.string().optional(),
});
export type Impact = z.output<typeof impactSchema>;

/** From this confidence on (0–1) a live incident counts as the cause. Our default. */
const sureFrom = 0.8;

export function impactOf(
  request: { title: string; description: string; businessImpact?: string | undefined },
  likely: readonly Pick<LikelyIncident, 'id' | 'confidence'>[],
  live: readonly Pick<LiveIncident, 'id' | 'classification'>[],
): Impact {
  const [first] = likely;
  const incident = live.find(({ id }) => id === first?.id);
  const isSure = first !== undefined && first.confidence >= sureFrom && incident?.classification === 'incident';
  return {
    reach: reachOf(request),
    isBusinessImpactStated: request.businessImpact !== undefined,
    incidentId: isSure ? first.id : undefined,
  };
}

/** Undefined where the text says nothing of it, contradicts itself or takes it back. */
function reachOf(text: { title: string; description: string }): Impact['reach'] {
  const { whole } = spokenOf(text);
  const says = (list: keyof typeof reachWords) => found(whole, reachWords[list]).length > 0;
  if (says('denied') || says('everyone') === says('one')) return undefined;
  return says('everyone') ? 'everyone' : 'one';
}

type Level = 'everyone' | 'several' | 'usual' | 'one';

/** Urgency (the severity that holds) against impact. Our default; nothing said of the impact leaves the severity's word. */
const matrix: Record<Severity, Record<Level, Priority>> = {
  critical: { everyone: 'p1', several: 'p1', usual: 'p1', one: 'p2' },
  moderate: { everyone: 'p1', several: 'p2', usual: 'p2', one: 'p3' },
  minimal: { everyone: 'p2', several: 'p2', usual: 'p3', one: 'p4' },
};

/** Nothing is down: these wait behind what is. Our default. */
const waiting: readonly (Category | null)[] = ['billing', 'advisory'];

const lower = (priority: Priority): Priority => priorities[priorities.indexOf(priority) + 1] ?? 'p4';

function levelOf({ reach, isBusinessImpactStated, incidentId }: Impact): { level: Level; reason: string } {
  if (reach === 'everyone') return { level: 'everyone', reason: 'impact everyone: the text says that all are hit' };
  if (incidentId !== undefined) {
    return { level: 'several', reason: `impact several: it looks like Microsoft's incident ${incidentId}` };
  }
  if (reach !== 'one') return { level: 'usual', reason: 'impact usual: nothing says how many are hit' };
  if (isBusinessImpactStated) {
    return { level: 'usual', reason: 'impact usual: one person is hit, with an impact on the business' };
  }
  return { level: 'one', reason: 'impact one: the text says that one person is hit' };
}

export type PriorityFacts = {
  severity: Severity;
  category: Category | null;
  impact?: Impact | undefined;
  /** A person's word, which wins until it is taken back. */
  said?: Priority | undefined;
};

/** Depends on nothing but its argument. */
export function decidePriority({ severity, category, impact, said }: PriorityFacts): DecidedPriority {
  const { level, reason } = levelOf(impact ?? { isBusinessImpactStated: false });
  const byMatrix = matrix[severity][level];
  const isLower = waiting.includes(category);
  const byRule = isLower ? lower(byMatrix) : byMatrix;
  const reasons = [
    `urgency: severity ${severity}`,
    reason,
    ...(isLower ? [`category ${category ?? ''}: nothing is down, one step lower`] : []),
  ];
  if (said === undefined) return { value: byRule, reasons };
  return {
    value: said,
    reasons: [`priority ${said}: said by a person at the desk; the rules say ${byRule}`, ...reasons],
  };
}
