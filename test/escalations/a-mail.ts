import { toIso } from '../../shared/core/clock.ts';
import { keepMail, type MailRow } from '../../shared/escalations/case-mail-store.ts';
import { placeMail, type PlaceMailDeps } from '../../shared/escalations/place-mail.ts';
import type { Scope } from '../../shared/platform/telemetry.ts';

type Given = { deps: PlaceMailDeps; scope: Scope; mail: Pick<MailRow, 'id' | 'number'> & Partial<MailRow> };

/** A mail of Microsoft's that was read, brought onto the case whose number it names. */
export async function mailComes({ deps, scope, mail }: Given): Promise<'placed' | 'waits'> {
  const row: MailRow = {
    ...{ connectionId: 'north', receivedAt: toIso(deps.clock.now()), state: 'unplaced', isMicrosoft: true },
    ...{ needsAnswer: false, isClosed: false, isReceipt: false, ...mail },
  };
  await keepMail(deps.tables('escalations'), row, { from: 'Microsoft', subject: 'Your case', text: 'A word.' });
  return placeMail(deps, row.id, scope);
}
