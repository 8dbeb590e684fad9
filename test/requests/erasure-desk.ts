import { InvocationContext } from '@azure/functions';
import type { LogEntry } from '../../shared/platform/telemetry.ts';
import { unpackText } from '../../shared/platform/packed.ts';
import { tableNames, type QueueName } from '../../shared/platform/resources.ts';
import type { Columns } from '../../shared/platform/table.ts';
import { portalPartition, portalRow, registerPortalOp } from '../../shared/portals/portal.ts';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import { shardPlaces, sweep } from '../../shared/platform/sweep.ts';
import type { Called, DeskOptions } from '../support/a-desk.ts';
import { aSentRequest, inboundSecret, threePortals } from '../support/three-portals.ts';

/** What a person has left behind: each word once, so that the place is known where one is found. */
export const planted = {
  name: 'Ylva Kanarievögel',
  email: 'ylva.kanarie@customer.example',
  phone: '+47 555 77 123',
  title: 'kanarititel',
  description: 'kanaribeschreibung',
  businessImpact: 'kanarischaden',
  evidence: 'kanaribeweis',
  tried: 'kanariversuch',
  comment: 'kanarikommentar',
  internal: 'kanariinternum',
  reason: 'kanarigrund',
  snooze: 'kanaripause',
  override: 'kanarizwang',
  hooked: 'kanariwebhook',
  quarantined: 'kanariquarantine',
} as const;
export const canaries = Object.values(planted);

export const contact = { name: planted.name, email: planted.email, phone: planted.phone };
export const sent = aSentRequest('north', {
  title: `Mail is late, ${planted.title}`,
  description: `Mail is late since nine, ${planted.description}`,
  businessImpact: planted.businessImpact,
  evidence: { words: planted.evidence, tried: [planted.tried] },
  contact,
  externalRefs: [{ system: 'psa', id: 'T-17' }],
});
export const hooked = aSentRequest('north', { title: planted.hooked, contact });
export const unresolved = { ...hooked, title: planted.quarantined, customer: { domain: 'nobody.example' } };

type Item = {
  what: string;
  id: string;
  kept?: object[];
  microsoft: { escalationId: string; state: string; caseNumber?: string; filedAt?: string; filed: string }[];
  notices: { id: string; type: string; state: string; at: string }[];
};
type ErasureRecord = { contactId: string; state: string; items: Item[]; nextCursor?: string };
export const recordOf = ({ json }: Called) => json as ErasureRecord;

const functionsOf: Partial<Record<QueueName, string>> = {
  'desk-events': 'projectDeskEvents',
  deliveries: 'deliverNotice',
  escalations: 'runEscalation',
};

type Handler = (message: unknown, context: InvocationContext) => Promise<void>;

/** The two portals' desk with everything running: portal `north` is told by webhook, and every queue has its consumer. */
export async function anErasureDesk(options: DeskOptions = {}) {
  const desk = await threePortals(options);
  const [row] = (await desk.tables('portals').query({ pk: portalPartition, limit: 1 })).rows;
  const url = 'https://north.example/hooks';
  const outbound = { url, secretName: 'north-inbound' };
  await desk.tables('portals').transact(portalPartition, [registerPortalOp({ ...portalRow.fromRow(row!), outbound })]);
  desk.outside.endpoints.add(url);
  await desk.moved.advance(31_000);
  const exp = Math.floor(desk.clock.now() / 1_000) + 30 * 86_400;
  const person = async (role: string) =>
    desk.outside.sign({ claims: { oid: `object-of-${role}`, name: `Person of ${role}`, roles: [role], exp } });
  /** For as long as a test may let pass. */
  const tokens = {
    admin: await person('Desk.Admin'),
    operator: await person('Desk.Operate'),
    north: await desk.outside.sign({ claims: { azp: 'application-of-north', exp } }),
  };
  const messages: string[] = [];

  /** Hands every message that is ready to its consumer, or to several workers at the same time, until none is. */
  const drain = async (workers = 1) => {
    for (;;) {
      const next = desk.held.ready().find(({ queue }) => functionsOf[queue] !== undefined);
      if (next === undefined) return;
      messages.push(JSON.stringify(next.message));
      desk.held.take(next);
      const { handler } = desk.app.queues.get(functionsOf[next.queue] ?? '') as { handler: Handler };
      const work = async () => handler(next.message.body, new InvocationContext());
      await Promise.all(Array.from({ length: workers }, work));
      desk.held.complete(next);
    }
  };

  /** Lets so much time pass that everything owed comes again, and has its effect. */
  const recover = async () => {
    await desk.moved.advance(190_000);
    const places = async () => Promise.resolve(shardPlaces('requests'));
    await sweep({ tables: desk.tables, bus: desk.held.bus, clock: desk.clock, places }, desk.log.scope);
    await drain();
  };

  const hook = async (id: string, data: object, type = 'support_request.created') => {
    const body = JSON.stringify({ type, timestamp: '2026-11-02T09:00:00Z', data });
    const message = { id, timestampSeconds: Math.floor(desk.clock.now() / 1_000), body: Buffer.from(body) };
    const headers = { ...signWebhook(message, parseWebhookSecrets(inboundSecret('north'))) };
    const { status, json } = await desk.call('POST', '/api/hooks/portals/north', { text: body, headers });
    return { status, json };
  };

  return {
    ...desk,
    tokens,
    drain,
    recover,
    hook,
    erase: async (contactId: string, query = '') =>
      desk.call('DELETE', `/api/contacts/${contactId}${query}`, { as: tokens.admin }),
    /** Every row and column of every table, packed ones unpacked too; every message; every line of the log. */
    stored: (isWanted: (rk: string) => boolean = () => true) =>
      Buffer.concat(tableNames.flatMap((name) => [...desk.memory.of(name).partitions].flatMap(bytesOf(isWanted)))),
    sent: () => Buffer.from([...messages, ...desk.held.all().map(({ message }) => JSON.stringify(message))].join('\n')),
    logged: () => Buffer.from(desk.log.entries.map((entry: LogEntry) => JSON.stringify(entry)).join('\n')),
  };
}

export type ErasureDesk = Awaited<ReturnType<typeof anErasureDesk>>;

type Partition = [pk: string, rows: Map<string, { columns: Columns }>];

const bytesOf =
  (isWanted: (rk: string) => boolean) =>
  ([pk, rows]: Partition): Buffer[] =>
    [...rows]
      .filter(([rk]) => isWanted(rk))
      .flatMap(([rk, { columns }]) => [
        Buffer.from(`\n${pk}\n${rk}\n`),
        ...Object.entries(columns).flatMap(([name, value]) => [
          Buffer.from(`\n${name}\n`),
          value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value)),
        ]),
        ...(columns.p00 === undefined ? [] : [Buffer.from(unpackText(columns))]),
      ]);
