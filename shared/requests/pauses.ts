import { pausesOf, type Pause } from '../core/paused.ts';
import type { RequestEvent } from './request-event.ts';
import type { PausingState } from '../statement/statement.ts';

const why: Record<PausingState, string> = {
  'waiting-customer': 'The request waits for the customer.',
  'waiting-microsoft': 'The request waits for Microsoft.',
};

/** When the customer's clock stood still, replayed from the request's events: only in the states that the statement names. */
export function statementPauses(events: readonly RequestEvent[], pausesWhile: readonly PausingState[] = []): Pause[] {
  return pausesWhile
    .flatMap((state) =>
      pausesOf(
        events.map((event) => ({ at: event.at, isOn: event.state === state })),
        why[state],
      ),
    )
    .sort((a, b) => (a.from < b.from ? -1 : 1));
}
