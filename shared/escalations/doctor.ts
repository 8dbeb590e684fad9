import pLimit from 'p-limit';
import * as z from 'zod';
import { toIso, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { HttpAnswer } from '../platform/http.ts';
import { packText, unpackText } from '../platform/packed.ts';
import type { Table } from '../platform/table.ts';
import type { DoctorCheck, DoctorPlace, Finding, Probe } from './doctor-check.ts';
import { doctorByHand } from './doctor-by-hand.ts';
import { doctorChecks } from './doctor-checks.ts';

export const doctorReportSchema = z
  .strictObject({
    at: z.iso.datetime().nullable().meta({ description: 'Null where nobody has asked yet.' }),
    findings: z.array(
      z.strictObject({
        id: z.string(),
        connectionId: z.string().optional().meta({ description: 'Absent where it is a question for people.' }),
        question: z.string(),
        state: z.enum(['proven', 'refused', 'unproven']),
        said: z.string().meta({ description: 'What Microsoft answered, or why nobody was asked.' }),
        otherwise: z.string().meta({ description: 'What the desk does, or a person is to do, where it is not so.' }),
      }),
    ),
  })
  .meta({ id: 'DoctorReport' });
export type DoctorReport = z.output<typeof doctorReportSchema>;

/** One GET, or why there was no answer. Never throws for trouble of the other side. */
export type AskMicrosoft = (place: DoctorPlace, probe: Probe) => Promise<HttpAnswer | { trouble: string }>;

export type DoctorDeps = {
  table: Table;
  clock: Pick<Clock, 'now'>;
  places: () => Promise<DoctorPlace[]>;
  ask: AskMicrosoft;
};

const probesAtOnce = 6;
const place = { pk: 'doctor', rk: 'last' };

/**
 * Asks Microsoft every question that a read answers, through every connection, and keeps the answers. Changes nothing at Microsoft.
 * Begins no question after `limits.doctorMs`, so that it ends within the time of a call.
 */
export function createDoctor(deps: DoctorDeps) {
  return {
    examine: async (): Promise<DoctorReport> => {
      const { clock, table } = deps;
      const startedAt = clock.now();
      const limit = pLimit(probesAtOnce);
      const asked = (await deps.places()).flatMap((one) => doctorChecks.map((check) => ({ one, check })));
      const findings = await Promise.all(
        asked.map(({ one, check }) =>
          limit(async () => {
            const isLate = clock.now() - startedAt > limits.doctorMs;
            const found = isLate ? unproven('Not asked: the time was over.') : await findOut(deps, one, check);
            return { ...toldOf(check, found), connectionId: one.connectionId };
          }),
        ),
      );
      const byPeople = doctorByHand.map((check) => toldOf(check, unproven('byHand' in check ? check.byHand : '')));
      const report = { at: toIso(clock.now()), findings: [...findings, ...byPeople] };
      const columns = packText(JSON.stringify(report));
      await table.transact(place.pk, [{ kind: 'upsert', rk: place.rk, columns }]);
      return report;
    },

    last: async (): Promise<DoctorReport> => {
      const row = await deps.table.get(place.pk, place.rk);
      return row ? doctorReportSchema.parse(JSON.parse(unpackText(row.columns))) : { at: null, findings: [] };
    },
  };
}

const unproven = (said: string): Finding => ({ state: 'unproven', said });

const toldOf = ({ id, question, otherwise }: DoctorCheck, { state, said }: Finding) => ({
  id,
  question,
  state,
  said,
  otherwise,
});

async function findOut({ ask }: DoctorDeps, one: DoctorPlace, check: DoctorCheck): Promise<Finding> {
  if ('byHand' in check) return unproven(check.byHand);
  const probe = check.probe(one);
  if (!probe) return unproven('Nobody to ask about: this connection has no such customer, or no such setting.');
  const answer = await ask(one, probe);
  if ('trouble' in answer) return unproven(answer.trouble);
  if (answer.status === 429 || answer.status === 408 || answer.status >= 500) {
    return answer.status === 501 ? check.read(answer) : unproven(`Answered ${String(answer.status)}: ask again later.`);
  }
  return check.read(answer);
}
