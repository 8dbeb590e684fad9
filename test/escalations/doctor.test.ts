import { describe, expect, it } from 'vitest';
import { createDoctor, type AskMicrosoft, type DoctorReport } from '../../shared/escalations/doctor.ts';
import { doctorByHand } from '../../shared/escalations/doctor-by-hand.ts';
import type { DoctorPlace } from '../../shared/escalations/doctor-check.ts';
import { doctorChecks } from '../../shared/escalations/doctor-checks.ts';
import { limits } from '../../shared/core/limits.ts';
import { aDeskAtMicrosoft } from '../health/a-desk-at-microsoft.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';

const aPlace: DoctorPlace = {
  connectionId: 'north',
  partnerTenantId: '0b9e7d15-42aa-4f6e-b1c3-98d2e47f6a05',
  cloud: 'global',
  caseMailbox: 'cases@northlight-cloud.example',
  appTenantId: '6f1a2c38-9d0b-4c57-8e21-3b7d5a90c411',
  delegatedTenantId: '6f1a2c38-9d0b-4c57-8e21-3b7d5a90c411',
  azure: {
    tenantId: '6f1a2c38-9d0b-4c57-8e21-3b7d5a90c411',
    subscriptionId: '1ebbc8b9-321a-5102-b6da-1652888de4c9',
    way: 'app',
  },
  nowMs: Date.parse('2026-11-26T09:00:00Z'),
};

/** A doctor who is answered by a function. */
function aDoctor(ask: AskMicrosoft, place: DoctorPlace = aPlace) {
  const { clock, advance } = movedClock();
  const { tables } = memoryTables();
  const doctor = createDoctor({ table: tables('desk'), clock, places: async () => [place], ask });
  return { doctor, advance };
}

const stateOf = (report: DoctorReport, id: string) => report.findings.find((one) => one.id === id)?.state;
const always =
  (status: number, body = '{}') =>
  async () => ({ status, headers: {}, body });

describe('the doctor', () => {
  it('finds every question proven, refused or unproven at the simulated Microsoft, and writes nothing there', async () => {
    const desk = await aDeskAtMicrosoft();
    const before = (await desk.microsoft.told()).at('calls') as unknown[];
    const route = (name: string) => desk.catalogue.routes.find((one) => one.name === name)!;
    const call = { params: {}, query: {}, body: {}, caller: undefined, headers: new Headers(), raw: new Uint8Array() };
    const { body } = await route('askDoctor').handle({ ...call, scope: desk.scope });
    const report = body as DoctorReport;
    const states = Object.fromEntries(report.findings.map(({ id, state }) => [id, state]));
    expect(states).toMatchObject({
      'service-requests-of-customer': 'proven',
      'service-requests-created-by-api': 'refused',
      'partner-center-webhook-events': 'proven',
      'issues-by-time': 'proven',
      'service-ids': 'proven',
      'azure-tickets-read': 'proven',
      'azure-plan': 'unproven',
    });
    expect(report.findings).toHaveLength(doctorChecks.length + doctorByHand.length);
    const calls = ((await desk.microsoft.told()).at('calls') as { method: string; api: string }[]).slice(before.length);
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter(({ method, api }) => method !== 'GET' && api !== 'entra' && api !== 'identity')).toEqual([]);
    expect((await route('readDoctor').handle({ ...call, scope: desk.scope })).body).toEqual(report);
  });

  it('takes a success for proof and a refusal for a refusal', async () => {
    const proven = await aDoctor(always(200)).doctor.examine();
    expect(stateOf(proven, 'gdap-as-application')).toBe('proven');
    for (const status of [400, 403, 404, 501]) {
      const refused = await aDoctor(always(status)).doctor.examine();
      expect(stateOf(refused, 'gdap-as-application')).toBe('refused');
    }
  });

  it.each([408, 429, 500, 503])('learns nothing from %i, which passes', async (status) => {
    const { findings } = await aDoctor(always(status)).doctor.examine();
    expect(new Set(findings.map(({ state }) => state))).toEqual(new Set(['unproven']));
  });

  it('learns nothing where there is no answer, and says why', async () => {
    const { findings } = await aDoctor(async () => ({ trouble: 'No token: grant-dead.' })).doctor.examine();
    expect(findings.find(({ id }) => id === 'case-mailbox')).toMatchObject({
      state: 'unproven',
      said: 'No token: grant-dead.',
    });
  });

  it('asks nobody where there is no customer by whom a question could be asked', async () => {
    const { connectionId, partnerTenantId, cloud, nowMs } = aPlace;
    const asked: string[] = [];
    const ask: AskMicrosoft = async (_place, { path }) => {
      asked.push(path);
      return { status: 200, headers: {}, body: '{}' };
    };
    const report = await aDoctor(ask, { connectionId, partnerTenantId, cloud, nowMs }).doctor.examine();
    expect(stateOf(report, 'azure-tickets-read')).toBe('unproven');
    expect(stateOf(report, 'issues-by-time')).toBe('unproven');
    expect(asked.some((path) => path.includes('undefined'))).toBe(false);
  });

  it('begins no question after its time, so that it ends', async () => {
    const { doctor, advance } = aDoctor(async () => {
      await advance(limits.doctorMs / 4);
      return { status: 200, headers: {}, body: '{}' };
    });
    const { findings } = await doctor.examine();
    expect(findings.some(({ said }) => said.startsWith('Not asked'))).toBe(true);
  });

  it('has nothing to tell before it was asked', async () => {
    expect(await aDoctor(always(200)).doctor.last()).toEqual({ at: null, findings: [] });
  });

  it.each([
    ['true', 'proven'],
    ['false', 'refused'],
  ])('reads from Partner Center whether the sign-in was with more than a password: %s', async (value, state) => {
    const ask: AskMicrosoft = async () => ({ status: 200, headers: { ismfacompliant: value }, body: '{}' });
    expect(stateOf(await aDoctor(ask).doctor.examine(), 'partner-center-mfa')).toBe(state);
  });

  it('has a question of its own for each id, and says what is done where the answer is no', () => {
    const all = [...doctorChecks, ...doctorByHand];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { question, otherwise } of all) {
      expect(question).toMatch(/\?$/);
      expect(otherwise).toMatch(/\.$/);
    }
  });
});
