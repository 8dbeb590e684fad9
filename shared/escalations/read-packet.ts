import type { Caller } from '../core/caller.ts';
import { notFound } from '../core/errors.ts';
import { preferredText } from '../platform/media-type.ts';
import type { Answer } from '../platform/route.ts';
import type { EscalationRow } from './escalation.ts';
import { isClaimant, toAnswer } from './escalation-answer.ts';
import { parseEscalationId, readContent, readEscalation } from './escalation-store.ts';
import { withContract, type Packet } from './packet.ts';
import { packetMarkdown } from './packet-markdown.ts';
import { packetPage, packetPageHeaders } from './packet-page.ts';
import type { EscalationDeps } from './ports.ts';

type Reading = Pick<EscalationDeps, 'tables' | 'clock'> & {
  /** The ids of the contract under which a case goes, from the vault; asked for the claimant alone. */
  contractIds?: (row: EscalationRow) => Promise<Packet['contract']>;
};

export const packetTexts = ['text/html', 'text/markdown'] as const;

/** The packet by itself, as JSON, Markdown or a page. Link and contract ids are for whose claim holds; a packet that was erased is not found. */
export function createReadPacket(deps: Reading) {
  return async (id: string, caller: Caller, accept: string | null): Promise<Answer> => {
    if (!parseEscalationId(id)) throw notFound();
    const table = deps.tables('escalations');
    const [held, content] = await Promise.all([readEscalation(table, id), readContent(table, id)]);
    const asking = { caller, nowMs: deps.clock.now() };
    const escalation = held && toAnswer(held.row, content, asking);
    if (!held || !escalation?.packet) throw notFound();
    const contract = isClaimant(held.row, asking) ? await deps.contractIds?.(held.row) : undefined;
    const view = { escalation, packet: contract ? withContract(escalation.packet, contract) : escalation.packet };
    const headers = { 'cache-control': 'no-store', vary: 'accept' };
    switch (preferredText(accept, packetTexts)) {
      case 'text/html':
        return { status: 200, text: packetPage(view), headers: { ...headers, ...packetPageHeaders } };
      case 'text/markdown':
        return {
          status: 200,
          text: packetMarkdown(view),
          headers: { ...headers, 'content-type': 'text/markdown; charset=utf-8' },
        };
      case undefined:
        return { status: 200, body: view.packet, headers };
    }
  };
}
