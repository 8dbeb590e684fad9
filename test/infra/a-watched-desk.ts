import { InvocationContext, type Timer } from '@azure/functions';
import { timerFunctions } from '../../functions/timers.ts';
import { createTellHold } from '../../shared/escalations/release-restore.ts';
import { createKeepGrants } from '../../shared/platform/keep-grants.ts';
import { createGrantRows } from '../../shared/platform/partner-grant.ts';
import { contextLog, scopeFor, type LogEntry } from '../../shared/platform/telemetry.ts';
import { handleTimer } from '../../shared/platform/timer-handler.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { aHealthDesk } from '../health/health-desk.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import type { Row } from './kql-expression.ts';

/** Lines as Application Insights holds them: the text that the invocation's own log was given, and when. */
export function aLog(now: () => number) {
  const traces: Row[] = [];
  const context = new InvocationContext({
    logHandler: (_level, ...[line]) => traces.push({ TimeGenerated: now(), Message: line }),
  });
  return { traces, context, log: contextLog(context) };
}

export const entryOf = ({ Message }: Row): LogEntry => JSON.parse(String(Message)) as LogEntry;

const tick = { isPastDue: false } as Timer;

/** Directory, health and grants with the desk's own timers, on a clock that the test moves; what is logged is kept as text. */
export async function aWatchedDesk(customers: number) {
  const health = aHealthDesk();
  const { clock, tables } = health;
  const { traces, context, log } = aLog(clock.now);
  const entra = { answer: async (): Promise<string | undefined> => 'newer' };
  const held = { value: 'refresh', version: '1', createdAt: clock.now() };
  const rows = createGrantRows({ table: tables('desk'), clock });
  const trouble: { webhooks?: Error } = {};
  const timers = timerFunctions({
    ...{ tables, clock, bus: health.bus.bus },
    keepGrants: createKeepGrants({
      ...{ clock, rows, connections: health.cloud.connections, secretName: (id) => `${id}-refresh-token` },
      versions: {
        current: async () => held,
        put: async (_name, value) => Object.assign(held, { value, createdAt: clock.now() }),
      },
      exchange: async () => entra.answer(),
    }),
    keepWebhooks: async () => {
      if (trouble.webhooks) throw trouble.webhooks;
    },
    sweepHealth: health.sweep,
    ensureDirectory: health.ensureDirectory,
    ensureDelegation: health.ensureDelegation,
    ensureCaseMail: async () => ({ started: 0 }),
    ensurePolling: health.ensurePolling,
    ensureAzure: health.ensureAzure,
    ensureMessageCenter: health.ensureMessageCenter,
    tellHold: createTellHold({ tables }),
  });
  const ids = seededIds(seededRandom(5));
  const fire = async (name: 'sweep' | 'pollServiceHealth'): Promise<void> => {
    const timer = timers.find((one) => one.name === name);
    if (timer === undefined) throw new Error(`there is no timer ${name}`);
    await handleTimer(timer, { logFor: () => log, ids })(tick, context).catch(() => undefined);
  };
  if (customers > 0) await health.begin(customers, customers);
  return {
    ...{ health, traces, entra, rows, trouble, fire },
    scope: scopeFor(log, 'test-correlation'),
    dead: async () => Promise.reject(new TokenFailure('grant-dead', 'dead', { code: 'invalid_grant' })),
    /** Lets minutes pass: a sweep in each, the polls’ timer in every fifth; messages are handled unless the bus is silent. */
    pass: async (minutes: number, { isSilent = false } = {}): Promise<void> => {
      for (let minute = 1; minute <= minutes; minute++) {
        await health.advance(60_000);
        if (!isSilent) await health.drain();
        for (const entry of health.entries.splice(0)) log(entry);
        await fire('sweep');
        if (minute % 5 === 0) await fire('pollServiceHealth');
      }
    },
  };
}

export type WatchedDesk = Awaited<ReturnType<typeof aWatchedDesk>>;

/** A desk of two customers, half an hour after it began. */
export async function aQuietDesk(): Promise<WatchedDesk> {
  const desk = await aWatchedDesk(2);
  await desk.pass(30);
  return desk;
}
