import { readFileSync } from 'node:fs';
import type { TriageInput } from '../../shared/requests/triage.ts';
import { triage } from '../../shared/requests/triage.ts';
import type { Triage } from '../../shared/requests/triage-answer.ts';
import type { RulesInForce } from '../../shared/requests/boundary-rule.ts';
import { liveIncidents } from './live-incidents.ts';

const columns = [
  'id',
  'part',
  'title',
  'description',
  'said',
  'live',
  'category',
  'service',
  'kind',
  'boundary',
  'incident',
] as const;

/** `first`: written with the first rules; `seen`: the rules were mended by it; `held`: kept aside when they were. */
type Part = 'first' | 'seen' | 'held';

/** A row of `triage-cases.tsv`: what was sent, and what a person at the desk would say of it. */
export type TriageCase = Record<Exclude<(typeof columns)[number], 'part'>, string> & { part: Part };

function read(): TriageCase[] {
  const [header, ...lines] = readFileSync(new URL('triage-cases.tsv', import.meta.url), 'utf8')
    .replace(/\n$/, '')
    .split('\n');
  if (header !== columns.join('\t')) throw new Error(`unexpected columns: ${String(header)}`);
  return lines.map((line) => {
    const cells = line.split('\t');
    if (cells.length !== columns.length) throw new Error(`${String(cells.length)} cells: ${line}`);
    return Object.fromEntries(columns.map((column, n) => [column, cells[n]])) as TriageCase;
  });
}

export const triageTable: readonly TriageCase[] = read();

/** `category=…`, `service=…` (up to the end), `resource=…`, as a sender gives them. */
function saidIn(said: string): Partial<TriageInput['request']> {
  const of = (name: string) => new RegExp(`(?:^| )${name}=(.+?)(?= (?:category|service|resource)=|$)`).exec(said)?.[1];
  const [category, service, resourceId] = [of('category'), of('service'), of('resource')];
  return {
    ...(category !== undefined && { category: category as TriageInput['request']['category'] }),
    ...(service !== undefined && { service }),
    ...(resourceId !== undefined && { evidence: { resourceId } }),
  };
}

export const inputOf = ({ title, description, said, live }: TriageCase, rules?: RulesInForce): TriageInput => ({
  request: { title, description: description.replaceAll('\\n', '\n'), ...saidIn(said) },
  receivedAt: Date.parse('2026-11-02T09:00:00Z'),
  incidents: live === 'all' ? liveIncidents : [],
  expectedFirstResponseAt: null,
  adminLinks: () => [],
  ...(rules && { rules }),
});

type Verdict = Pick<TriageCase, 'category' | 'service' | 'kind' | 'boundary' | 'incident'>;

export const verdictOf = (answer: Triage): Verdict => ({
  category: answer.category ?? '-',
  service: answer.service ?? '-',
  kind: answer.resourceKind ?? '',
  boundary: answer.boundary ?? '-',
  incident: answer.likelyIncidents.map(({ id }) => id).join(' '),
});

export const expectedOf = ({ category, service, kind, boundary, incident }: TriageCase): Verdict => ({
  category,
  service,
  kind,
  boundary,
  incident,
});

export const isRight = (one: TriageCase, rules?: RulesInForce): boolean =>
  JSON.stringify(verdictOf(triage(inputOf(one, rules)))) === JSON.stringify(expectedOf(one));
