import { dayMs, minuteMs } from '../../shared/core/clock.ts';
import { createEnsureCaseMail } from '../../shared/escalations/case-mail-relay.ts';
import { graphCaseMailbox } from '../../shared/escalations/case-mailbox.graph.ts';
import { createSyncCaseMails } from '../../shared/escalations/sync-case-mails.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import type { TableName } from '../../shared/platform/resources.ts';
import type { Tables } from '../../shared/platform/table.ts';
import { mailComes } from '../../test/escalations/a-mail.ts';
import { anAzureCase } from '../../test/escalations/an-azure-case.ts';
import { caseNumber, id, requestId } from '../../test/escalations/an-assisted-case.ts';
import { aRequest } from '../../test/escalations/builders.ts';
import { aDesk } from '../../test/escalations/desk.ts';
import { scriptedHttp } from '../../test/support/scripted-http.ts';
import { workOf } from './ports.ts';
import type { Work } from './work.ts';

type CaseDesk = Awaited<ReturnType<typeof aDesk>>;

/** What `work` costs a desk of escalations. */
async function workOfCases({ stores, bus, microsoft, log }: CaseDesk, work: () => Promise<unknown>): Promise<Work> {
  const taken = () => bus.counts.messages - bus.all().length;
  const calls = microsoft.calls as readonly object[];
  return workOf({ memory: stores, bus, calls, entries: log.entries }, async () => {
    const before = taken();
    await work();
    return { runs: taken() - before, received: taken() - before };
  });
}

type CaseWork = { filing: Work; day: Work };

/** A case by the Azure Support API: begun and filed; followed for a day by reading it. */
export async function countAzureCase(): Promise<CaseWork> {
  const desk = await anAzureCase({ setUpMs: 0 });
  // What was begun already is counted as it comes to be filed; the call that began it is the same for an assisted case.
  const filing = await workOfCases(desk, async () => desk.pass(minuteMs));
  return { filing, day: await workOfCases(desk, async () => desk.pass(dayMs)) };
}

/** A case that a person files, the usual way; Microsoft's mails tell how it goes on. */
export async function countAssistedCase(): Promise<CaseWork & { mail: Work }> {
  const desk = await aDesk();
  desk.requests.set(requestId, aRequest());
  const filing = await workOfCases(desk, async () => {
    await desk.call('escalateRequest', { id: requestId });
    await desk.drain();
    await desk.call('claimEscalation', { id });
    await desk.call('recordFiling', { id, body: { caseNumber } });
    await desk.pass(minuteMs);
  });
  const mail = await workOfCases(desk, async () => {
    await mailComes({ deps: desk.deps, scope: desk.log.scope, mail: { id: 'mail-1', number: caseNumber } });
    await desk.drain();
  });
  return { filing, mail, day: await workOfCases(desk, async () => desk.pass(dayMs)) };
}

/** One look into a case mailbox that has nothing new. */
export async function countMailbox(): Promise<Work> {
  const desk = await aDesk();
  const graph = scriptedHttp(() => ({ json: { value: [] } }));
  const endpoints = { graphBaseUrl: 'https://graph.example', partnerCenterBaseUrl: '', azureManagementBaseUrl: '' };
  const connection = { id: 'north', tenantId: 'partner', clientId: 'client', role: 'direct' as const };
  const cloud = {
    ...{ cloud: 'global' as const, endpoints, healthPollMinutes: 5, customerSyncMinutes: 1_440 },
    connections: [{ ...connection, caseMailbox: 'cases@partner.example' }],
  };
  const relay = { ...desk.deps, tables: desk.deps.tables as Tables<TableName>, cloud };
  const tokens = async () => Promise.resolve('token');
  const mailbox = graphCaseMailbox({ http: graph.http, tokens, clock: desk.clock, cloud });
  const handle = createSyncCaseMails({ ...relay, mailbox });
  const look = async () => {
    await desk.advance(5 * minuteMs);
    const held = desk.bus.ready()[0];
    if (!held) throw new Error('nobody looks into the mailbox');
    await handle(wakeMessageSchema.parse(desk.bus.take(held).message.body), desk.log.scope);
    desk.bus.complete(held);
    return { runs: 1, received: 1 };
  };
  await createEnsureCaseMail(relay)(desk.log.scope);
  await look();
  return workOf({ memory: desk.stores, bus: desk.bus, calls: graph.calls, entries: desk.log.entries }, look);
}
