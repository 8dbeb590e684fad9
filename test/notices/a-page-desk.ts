import { createAcknowledge } from '../../shared/notices/acknowledge.ts';
import { createReadPages } from '../../shared/notices/page-answer.ts';
import { createPageFailed } from '../../shared/notices/page-failed.ts';
import { noticeRow, pageIdOf, pageRow, type Page, type PageNotice } from '../../shared/notices/page.ts';
import type { Looked, PageSendDeps } from '../../shared/notices/page-ports.ts';
import { createPages, type Raised } from '../../shared/notices/page-raise.ts';
import { createPageSend } from '../../shared/notices/page-send.ts';
import { createPageStep } from '../../shared/notices/page-step.ts';
import { createPolicies } from '../../shared/notices/reach-policies.ts';
import { sentPolicySchema, type SentPolicy } from '../../shared/notices/reach-policy.ts';
import type { HttpCall } from '../../shared/platform/http.ts';
import type { WakeMessage } from '../../shared/platform/outbox.ts';
import { handlerByKind } from '../../shared/platform/queue-handler.ts';
import { SecretMissing } from '../../shared/platform/secret.ts';
import { sweep, type Place } from '../../shared/platform/sweep.ts';
import { minuteMs } from '../../shared/core/clock.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import type * as z from 'zod';
import { aPerson } from '../escalations/builders.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus, type BusTrouble, type Held } from '../support/memory-bus.ts';
import { memoryTables, type TableTrouble } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { scriptedHttp, type Scripted } from '../support/scripted-http.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

export const aSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const aRoutingKey = 'R'.repeat(32);

type Sent = z.input<typeof sentPolicySchema>;

/** Olav and then Mia, five minutes later, each over a channel of their own; the team's room in Teams is told as well. */
export const aPolicy = (change: Partial<Sent> = {}): SentPolicy =>
  sentPolicySchema.parse({
    people: [
      { id: 'olav', name: 'Olav Duty', phone: '+4712345678', windows: 'always', targets: ['olav-hook'] },
      { id: 'mia', name: 'Mia Second', windows: 'always', targets: ['pager'] },
    ],
    targets: [
      { id: 'olav-hook', kind: 'webhook', url: 'https://olav.example/hook', secret: aSecret },
      { id: 'pager', kind: 'pagerduty', routingKey: aRoutingKey },
      { id: 'room', kind: 'teams', url: 'https://prod-1.westeurope.logic.azure.com/workflows/abc?sig=secret' },
    ],
    teams: [
      {
        id: 'night',
        name: 'Night watch',
        people: ['olav', 'mia'],
        steps: [
          { do: 'notify', target: 'room' },
          { do: 'notify', person: 'olav' },
          { do: 'wait', minutes: 5 },
          { do: 'if-unacknowledged' },
          { do: 'notify', person: 'mia' },
          { do: 'wait', minutes: 5 },
          { do: 'repeat', times: 1 },
        ],
      },
    ],
    rules: [{ team: 'night' }],
    ...change,
  } satisfies Sent);

export const aMatter = (change: Partial<Raised> = {}): Raised => ({
  what: 'critical-request',
  severity: 'critical',
  service: 'Exchange',
  category: 'technical',
  customerId: 'ccustomer',
  about: { kind: 'request', id: 'request-1' },
  source: { kind: 'request', id: 'request-1', what: 'critical-request', seen: 1 },
  ...change,
});

type Options = {
  policy?: SentPolicy | undefined;
  answer?: (call: HttpCall) => Scripted | Error | Promise<Scripted | Error>;
  seed?: number;
  tableTrouble?: TableTrouble;
  busTrouble?: BusTrouble;
  publicUrl?: string | undefined;
};

/** Pages over ports in memory: what they are about is a map, and each channel another server that a test scripts. */
export async function aPageDesk(options: Options = {}) {
  const random = seededRandom(options.seed ?? 1);
  const ids = seededIds(random);
  const moved = movedClock();
  const { clock, advance } = moved;
  const trouble = { on: false };
  const stores = memoryTables({
    before: async (operation) => (trouble.on ? options.tableTrouble?.before?.(operation) : undefined),
    after: async (operation) => (trouble.on ? options.tableTrouble?.after?.(operation) : undefined),
  });
  const bus = memoryBus(clock.now, {
    before: async (operation) => (trouble.on ? options.busTrouble?.before?.(operation) : undefined),
  });
  const { http, calls } = scriptedHttp(options.answer ?? (() => ({ status: 202 })));
  const log = capturedLog();
  const vault = new Map<string, string>();
  const matters = new Map<string, Looked>();
  const policies = createPolicies({
    ...{ clock, ids, table: withWriteTokens(stores.tables('desk'), ids) },
    urlFault: (url) => (url.startsWith('https:') ? undefined : 'not https'),
    versions: {
      put: async (name, value) => {
        vault.set(name, value);
        return { value, version: '1', createdAt: clock.now() };
      },
    },
  });
  const publish = async (sent: SentPolicy) => policies.replace({ caller: aPerson('ada'), sent, seen: () => undefined });
  if (!('policy' in options) || options.policy !== undefined) await publish(options.policy ?? aPolicy());
  trouble.on = true;
  const deps: PageSendDeps = {
    ...{ bus: bus.bus, clock, random, ids, policies, http },
    table: withWriteTokens(stores.tables('deliveries'), ids),
    look: async ({ id }, { title }) => {
      const looked = matters.get(id);
      return looked && { ...looked, ...(!title && { title: undefined }) };
    },
    readSecret: async (name) => {
      const value = vault.get(name);
      if (value === undefined) throw new SecretMissing(name);
      return value;
    },
    publicUrl: 'publicUrl' in options ? options.publicUrl : 'https://desk.example',
  };
  const pages = createPages(deps);
  const handle = handlerByKind({
    'page-step': createPageStep(deps),
    'page-send': createPageSend(deps),
    'page-failed': createPageFailed(deps),
  });
  const consume = async (held: Held) => {
    bus.take(held);
    await handle(held.message.body as WakeMessage, log.scope);
    bus.complete(held);
  };
  const sweepNow = async () => {
    const places = async () =>
      Promise.resolve([...stores.of('deliveries').partitions.keys()].map((pk): Place => ({ table: 'deliveries', pk })));
    await sweep({ tables: stores.tables, bus: bus.bus, clock, places }, log.scope);
  };
  const rowsOf = (prefix: string) =>
    [...stores.of('deliveries').partitions.entries()].flatMap(([pk, rows]) =>
      [...rows.entries()]
        .filter(([rk]) => rk.startsWith(prefix))
        .map(([rk, { etag, columns }]) => ({ pk, rk, etag, columns })),
    );
  return {
    deps,
    pages,
    policies,
    publish,
    acknowledge: createAcknowledge(deps),
    reading: createReadPages(deps),
    clock,
    advance,
    calls,
    vault,
    matters,
    bus,
    stores,
    log,
    consume,
    handle,
    sweepNow,
    rowsOf,
    /** Puts a matter there that stands. */
    stand: (id: string, change: Partial<Looked> = {}) => {
      const before = matters.get(id);
      matters.set(id, {
        changedAt: '2026-11-02T09:00:00.000Z',
        requestId: id,
        severity: 'critical',
        service: 'Exchange',
        customerId: 'ccustomer',
        customerName: 'Fabrikam',
        title: 'Mail is down for Ms. Smith',
        ...before,
        stands: true,
        ...change,
      });
    },
    raise: async (raised: Raised = aMatter()) => pages.raise(raised, log.scope),
    /** Lets time pass, taking messages as they become ready, and sweeping each minute. */
    pass: async (ms: number) => {
      const end = clock.now() + ms;
      let sweepAt = clock.now() + minuteMs;
      for (;;) {
        for (let held = bus.ready()[0]; held; held = bus.ready()[0]) await consume(held);
        if (clock.now() >= end) return;
        await advance(Math.min(end, sweepAt, Math.max(bus.nextReadyAt() ?? end, clock.now() + 1)) - clock.now());
        if (clock.now() < sweepAt) continue;
        sweepAt += minuteMs;
        await sweepNow();
      }
    },
    page: (raised: Raised = aMatter(), team = 'night'): Page | undefined =>
      rowsOf(`P|${pageIdOf(team, raised.about)}`).map((row) => pageRow.fromRow(row))[0],
    notices: (): PageNotice[] => rowsOf('N|').map((row) => noticeRow.fromRow(row)),
    /** What went out: to whom, of which kind. */
    sent: (): string[] => calls.map(sentOf),
    /** The token in the newest link that a channel got. */
    token: (nth = -1): string => {
      const links = calls.flatMap(({ body = '' }) => /\/api\/acknowledge\/([a-z2-7]+)/.exec(body)?.[1] ?? []);
      const token = links.at(nth);
      if (token === undefined) throw new Error('no link was sent');
      return token;
    },
  };
}

export type PageDesk = Awaited<ReturnType<typeof aPageDesk>>;

export function sentOf({ url, body = '' }: HttpCall): string {
  const { host } = new URL(url);
  const json = JSON.parse(body) as { type?: string; event_action?: string };
  if (host === 'events.pagerduty.com') return `pager ${json.event_action ?? ''}`;
  if (host.endsWith('logic.azure.com')) return 'room';
  return `${host.split('.')[0] ?? ''} ${json.type ?? ''}`;
}
