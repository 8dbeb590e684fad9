import { readFileSync } from 'node:fs';
import type { LiveIncident } from '../../../shared/requests/ports.ts';
import type { Triage } from '../../../shared/requests/triage-answer.ts';
import { triage, type TriageInput } from '../../../shared/requests/triage.ts';

export const languages = ['en', 'de', 'ja'] as const;
export type Language = (typeof languages)[number];
/** Thresholds and words are set on `tune`; `held` was kept aside for the figures. */
export type Part = 'tune' | 'held';

/** A request as a customer may write it, and what a careful person at the desk says of it. */
export type Labelled = {
  id: string;
  part: Part;
  language: Language;
  /** The live incident that it is about; undefined where it is none of them, or nobody could tell. */
  incident: string | undefined;
  isMicrosofts: boolean;
  input: TriageInput;
};

/** A file of tab-separated values with a line of names: one record a line, `-` for nothing. */
function records(name: string): Record<string, string | undefined>[] {
  const [head, ...lines] = readFileSync(new URL(name, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const names = (head ?? '').split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    if (cells.length !== names.length) throw new Error(`${name}: ${String(cells.length)} cells in “${line}”`);
    return Object.fromEntries(names.map((column, n) => [column, cells[n] === '-' ? undefined : cells[n]]));
  });
}

const text = (record: Record<string, string | undefined>, column: string): string => {
  const value = record[column];
  if (value === undefined) throw new Error(`no ${column} in ${JSON.stringify(record)}`);
  return value;
};

/** Incidents of one night, several on the same service at once. */
export const labelledIncidents: readonly LiveIncident[] = records('incidents.tsv').map((one) => ({
  id: text(one, 'id'),
  service: text(one, 'service'),
  serviceName: text(one, 'serviceName'),
  classification: text(one, 'classification') === 'advisory' ? 'advisory' : 'incident',
  status: 'serviceDegradation',
  startedAt: text(one, 'startedAt'),
  feature: text(one, 'feature'),
  title: text(one, 'title'),
  impact: text(one, 'impact'),
}));

const customers = new Map(
  records('customers.tsv').map((one) => {
    const ids = new Set(text(one, 'incidents').split(' '));
    const incidents = labelledIncidents.filter(({ id }) => ids.has(id));
    return [text(one, 'customer'), { receivedAt: Date.parse(text(one, 'now')), incidents }] as const;
  }),
);

export const labelled: readonly Labelled[] = records('requests.tsv').map((one) => {
  const customer = customers.get(text(one, 'customer'));
  if (customer === undefined) throw new Error(`no customer ${text(one, 'customer')}`);
  return {
    id: text(one, 'id'),
    part: text(one, 'part') as Part,
    language: text(one, 'language') as Language,
    incident: one.incident,
    isMicrosofts: text(one, 'fault') === 'microsoft',
    input: {
      request: {
        title: text(one, 'title'),
        description: text(one, 'description').replaceAll('¶', '\n'),
        service: one.service,
        startedAt: one.startedAt,
      },
      ...customer,
      expectedFirstResponseAt: null,
      adminLinks: () => [],
    },
  };
});

const answered = new WeakMap<TriageInput, Triage>();

/** Triage depends on its argument alone, so that each request of the set is looked at once. */
export function answerTo(input: TriageInput): Triage {
  const answer = answered.get(input) ?? triage(input);
  answered.set(input, answer);
  return answer;
}

/** What a matcher shows for a request: ids, most likely first. */
export type Matcher = (input: TriageInput) => string[];
export const ours: Matcher = (input) => answerTo(input).likelyIncidents.map((one) => one.id);

export type Figures = { requests: number; shown: number; right: number; wanted: number };

/** Every incident shown counts: one beside the right one is wrong. */
export function measured(cases: readonly Labelled[], matcher: Matcher): Figures {
  const each = cases.map((one) => ({ incident: one.incident, shown: matcher(one.input) }));
  return {
    requests: cases.length,
    shown: each.reduce((sum, { shown }) => sum + shown.length, 0),
    right: each.filter(({ incident, shown }) => incident !== undefined && shown.includes(incident)).length,
    wanted: each.filter(({ incident }) => incident !== undefined).length,
  };
}

export const precisionOf = ({ right, shown }: Figures): number => right / shown;
export const recallOf = ({ right, wanted }: Figures): number => right / wanted;

/** Of the faults that are Microsoft's: the share that is called the partner's own to solve. */
export function calledThePartners(cases: readonly Labelled[]): { faults: number; partners: Labelled[] } {
  const faults = cases.filter((one) => one.isMicrosofts);
  return { faults: faults.length, partners: faults.filter((one) => answerTo(one.input).boundary === 'partner') };
}
