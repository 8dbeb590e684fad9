import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../shared/core/clock.ts';
import { mailIdOf, readMailRow } from '../../shared/escalations/case-mail-store.ts';
import { parseMail, fieldOf, shownField } from '../../local/microsoft/mime.ts';
import { aMailDesk } from './mail-desk.ts';
import { mailSet, syntheticCases, type SyntheticMail } from './mails/mail-set.ts';

const seed = 6;
const cases = syntheticCases(40);

type Placed = SyntheticMail & { at: string | undefined; isBelieved: boolean };

function figuresOf(placed: readonly Placed[]) {
  const ofACase = placed.filter(({ truth }) => truth !== undefined);
  const forged = placed.filter(({ isForged }) => isForged);
  return {
    mails: placed.length,
    forged: forged.length,
    right: ofACase.filter(({ at, truth }) => at === truth).length / ofACase.length,
    wrong: placed.filter(({ at, truth, isForged }) => !isForged && at !== undefined && at !== truth).length,
    forgedAccepted: forged.filter(({ at, isBelieved }) => at !== undefined && isBelieved).length,
  };
}

/** The mails through the simulated mailbox, the adapter and the desk; where each came to lie. */
async function throughTheDesk(mails: readonly SyntheticMail[]): Promise<Placed[]> {
  const desk = await aMailDesk();
  const filed = { state: 'filed', filedAt: '2026-11-02T08:00:00.000Z' } as const;
  for (const { escalationId, number, isNumberKnown } of cases)
    await desk.escalation(escalationId, isNumberKnown ? { ...filed, caseNumber: number } : {});
  for (const { raw } of mails) await desk.receive(raw);
  await desk.advance(5 * minuteMs);
  await desk.turn();
  return Promise.all(
    mails.map(async (mail) => {
      const id = fieldOf(parseMail(mail.raw).headers, 'message-id')!;
      const read = async (isMicrosoft: boolean) => readMailRow(desk.table, mailIdOf('north', id, isMicrosoft));
      const found = (await read(true)) ?? (await read(false));
      return { ...mail, at: found!.row.escalationId, isBelieved: found!.row.isMicrosoft };
    }),
  );
}

const shown = (share: number): string => `${(100 * share).toFixed(1)} %`;

describe('300 synthetic mails in three languages', () => {
  it('come onto the right case, onto no wrong one, and no forged one is believed', async () => {
    const placed = await throughTheDesk(mailSet(seed, cases));
    const { mails, right, wrong, forgedAccepted, forged } = figuresOf(placed);
    console.log(
      `${String(mails)} mails (${String(forged)} forged): on the right case ${shown(right)}, on a wrong one ${String(wrong)}, forged and accepted ${String(forgedAccepted)}`,
    );
    expect(mails).toBe(300);
    expect(placed.filter(({ isForged, isBelieved }) => isForged === isBelieved)).toEqual([]);
    expect({ wrong, forgedAccepted }).toEqual({ wrong: 0, forgedAccepted: 0 });
    expect(right).toBeGreaterThanOrEqual(0.95);
  });

  it('would mislead one who takes the first sixteen digits, and one who believes the sender', () => {
    const byNumber = new Map(cases.map(({ number, escalationId }) => [number, escalationId]));
    const naive = mailSet(seed, cases).map((mail) => {
      const { headers, text } = parseMail(mail.raw);
      const seen = `${shownField(fieldOf(headers, 'subject') ?? '')}\n${text}`;
      const number = /\d{16}/.exec(seen.normalize('NFKC'))?.[0] ?? '';
      const isBelieved = /@(?:[\w-]+\.)*microsoft\.com>?$/.test(fieldOf(headers, 'from') ?? '');
      return { ...mail, at: byNumber.get(number), isBelieved };
    });
    const { wrong, forgedAccepted } = figuresOf(naive);
    console.log(`naive readers: on a wrong case ${String(wrong)}, forged and accepted ${String(forgedAccepted)}`);
    expect(wrong).toBeGreaterThan(0);
    expect(forgedAccepted).toBeGreaterThan(0);
  });

  it('hold for three more seeds', async () => {
    for (const other of [7, 8, 9]) {
      const { right, wrong, forgedAccepted } = figuresOf(await throughTheDesk(mailSet(other, cases)));
      expect({ other, wrong, forgedAccepted }).toEqual({ other, wrong: 0, forgedAccepted: 0 });
      expect(right).toBeGreaterThanOrEqual(0.95);
    }
  });
});
