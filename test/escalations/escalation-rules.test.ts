import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/core/errors.ts';
import {
  escalationStates,
  isOpen,
  type EscalationRow,
  type EscalationState,
} from '../../shared/escalations/escalation.ts';
import { mayMove, move } from '../../shared/escalations/escalation-rules.ts';
import { nextStep, park, settledAt, troubled, withoutIntent } from '../../shared/escalations/filing.ts';
import { settleHorizonMs } from '../../shared/escalations/filing-horizon.ts';
import { startOfTest } from './builders.ts';

export const aRow = (change: Partial<EscalationRow> = {}): EscalationRow => ({
  id: 'abcdefghijklmnopqrstuvwxy2-1',
  requestIds: ['abcdefghijklmnopqrstuvwxy2'],
  portalId: 'northlight',
  customerId: 'ccustomer',
  connectionId: 'north',
  tenantId: 'tenant',
  tokenWay: 'app',
  state: 'intended',
  channel: 'azure-support',
  severity: 'moderate',
  version: 1,
  turn: 1,
  createdAt: '2026-11-02T09:00:00.000Z',
  updatedAt: '2026-11-02T09:00:00.000Z',
  reasons: [],
  attempt: 0,
  failures: 0,
  ...change,
});

const paths: EscalationState[][] = [
  ['intended', 'filed', 'following', 'closed'],
  ['awaiting-filing', 'claimed', 'filed', 'following', 'closed'],
  ['intended', 'awaiting-filing'],
  ['intended', 'parked', 'intended'],
  ['parked', 'awaiting-filing'],
  ['handed-off', 'accepted', 'closed'],
  ['handed-off', 'declined'],
];

describe('the states of an escalation', () => {
  it.each(paths)('can go the documented way %s → %s …', (...states) => {
    for (const [index, to] of states.slice(1).entries()) expect(mayMove(states[index]!, to)).toBe(true);
  });

  it('end for good where nothing is owed any more', () => {
    for (const state of escalationStates.filter((one) => !isOpen(one))) {
      expect(escalationStates.filter((to) => mayMove(state, to))).toEqual([]);
    }
  });

  it('refuse a move that does not exist, saying from where and to where', () => {
    const refused = () => move(aRow({ state: 'closed' }), { to: 'claimed', what: 'claimed', nowMs: startOfTest });
    expect(refused).toThrow(AppError);
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'illegal-transition',
        extras: expect.objectContaining({ members: { from: 'closed', to: 'claimed' } }) as unknown,
      }) as Error,
    );
  });

  it('count one version per event', () => {
    const { after, event } = move(aRow(), {
      to: 'filed',
      what: 'filed',
      nowMs: startOfTest,
      change: { caseNumber: '1' },
    });
    expect(after).toMatchObject({ version: 2, state: 'filed' });
    expect(event).toMatchObject({ version: 2, from: 'intended', state: 'filed', caseNumber: '1' });
  });
});

describe('a filing', () => {
  it('puts where nothing was tried, looks where a try may have succeeded, asks where one was accepted', () => {
    expect(nextStep(aRow())).toBe('submit');
    expect(nextStep(aRow({ intentAt: '2026-11-02T09:00:00.000Z' }))).toBe('look');
    expect(nextStep(aRow({ intentAt: '2026-11-02T09:00:00.000Z', operation: 'https://a.example' }))).toBe('poll');
    expect(nextStep(withoutIntent(aRow({ intentAt: '2026-11-02T09:00:00.000Z', operation: 'x' })))).toBe('submit');
  });

  it('waits for longer than a function lives plus the slowest commit and the lag of a read', () => {
    const intentAt = '2026-11-02T09:00:00.000Z';
    expect(settledAt({ intentAt }, settleHorizonMs) - startOfTest).toBeGreaterThan(240_000);
  });

  it('backs off further each time, and never asks before Microsoft wants to be asked', () => {
    const waits = [0, 1, 2, 3, 20].map((failures) => troubled(aRow({ failures }), { nowMs: 0, random: () => 1 }).dueAt);
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 600_000]);
    const { dueAt } = troubled(aRow(), { nowMs: 0, random: () => 0, retryAfterSeconds: 900 });
    expect(dueAt).toBe(900_000);
  });

  it('keeps the intent where it parks without knowing, and only there', () => {
    const row = aRow({ intentAt: '2026-11-02T09:00:00.000Z' });
    expect(park(row, 'unverified', { nowMs: startOfTest }).after.intentAt).toBeDefined();
    expect(park(row, 'rejected', { nowMs: startOfTest }).after.intentAt).toBeUndefined();
  });
});
