import { isAppError } from '../../shared/core/errors.ts';
import type { EscalationDeps } from '../../shared/escalations/ports.ts';
import { createProjectEscalation } from '../../shared/escalations/project-escalation.ts';
import { createStepEscalation } from '../../shared/escalations/step-escalation.ts';
import { partitionOf } from '../../shared/escalations/escalation-store.ts';
import { createCircuits } from '../../shared/platform/circuit.ts';
import { markingFailures } from '../../shared/platform/marking-failures.ts';
import { sweepPartition, type WakeMessage } from '../../shared/platform/outbox.ts';
import { postponing } from '../../shared/platform/postpone.ts';
import type { Held } from '../support/memory-bus.ts';
import type { SimProcess } from '../support/simulation.ts';
import { filingPorts, type Kept } from './filing-ports.ts';
import type { FilingPlant } from './filing-plants.ts';
import type { FilingWorld } from './filing-world.ts';

/** host.json: messages of one queue that an instance handles at a time, and how long one may take. */
const maxConcurrentCalls = 4;
const functionTimeoutMs = 120_000;

/** Hundreds are usual. */
const turnsAtMost = 20_000;

type Execution = { process: SimProcess; startedAt: number };
type Instance = Kept & { name: string; executions: Set<Execution> };

/** What makes a call of the desk end without an answer. */
export class Killed extends Error {}

export type HostOptions = {
  plant: FilingPlant;
  /** Called when an execution is about to get a turn; true kills its instance instead. It is replaced at once. */
  killsNow?: () => boolean;
};

/** The platform around two instances: it hands out messages, runs the sweep, ends what takes too long, and starts what was killed. */
export function createFilingHost(world: FilingWorld, { plant, killsNow }: HostOptions) {
  const { sim, faults, bus, clock, scope } = world;
  const instances: Instance[] = [];
  let born = 0;
  let ran = 0;

  const start = (): void => {
    const skewMs = faults.hits('clocks differ') ? Math.floor((sim.random() - 0.5) * 58_000) : 0;
    const own = { now: () => sim.now() + skewMs };
    instances.push({ name: `desk-${String(++born)}`, skewMs, circuits: createCircuits(own), executions: new Set() });
  };
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(sim.random() * list.length)];

  const kill = (instance: Instance): void => {
    instances.splice(instances.indexOf(instance), 1);
    for (const { process } of instance.executions) sim.kill(process);
    start();
  };

  /** Rejects where the instance is killed before the work is done. */
  const execute = async <T>(
    instance: Instance,
    work: (deps: EscalationDeps) => Promise<T>,
    isSweep = false,
  ): Promise<T> => {
    const process = sim.newProcess(`${instance.name}/${String(++ran)}`);
    const execution = { process, startedAt: sim.now() };
    instance.executions.add(execution);
    const killed = new Promise<never>((_resolve, reject) => {
      process.ended.add(() => {
        reject(new Killed());
      });
    });
    try {
      return await Promise.race([work(filingPorts(world, { kept: instance, plant, process, isSweep })), killed]);
    } finally {
      instance.executions.delete(execution);
    }
  };

  const handle = async (deps: EscalationDeps, held: Held): Promise<void> => {
    const fn =
      held.queue === 'escalations'
        ? createStepEscalation(deps, plant.settleMs)
        : (plant.projector?.(deps) ?? createProjectEscalation(deps));
    const tables = deps.tables as Parameters<typeof markingFailures>[1]['tables'];
    const whole = markingFailures(postponing({ name: held.queue, queue: held.queue, handle: fn }, deps), {
      tables,
      clock: deps.clock,
    });
    await whole.handle(held.message.body as WakeMessage, scope);
  };

  /** Peek-lock as the platform does it: completed when the function returns, put back when it throws, unless the lock is gone. */
  const consume = async (instance: Instance, held: Held): Promise<void> => {
    bus.take(held);
    const delivery = held.deliveries;
    const holdsLock = () => held.deliveries === delivery && held.lockedUntil > sim.now();
    if (faults.hits('lock is lost')) held.lockedUntil = sim.now() + Math.floor(sim.random() * 3_000);
    const settle = (how: 'complete' | 'abandon') => {
      if (holdsLock() && !faults.hits('settlement fails')) bus[how](held);
    };
    try {
      await execute(instance, async (deps) => handle(deps, held));
      settle('complete');
    } catch (error) {
      if (error instanceof Killed) return;
      // Only where storage is away and the bus too: what is thrown burns a delivery.
      if (!isAppError(error, 'unavailable')) world.wrong.push(`thrown to the host: ${String(error)}`);
      settle('abandon');
    }
  };

  const handOut = (isIdle: boolean): void => {
    for (const held of bus.ready()) {
      const able = instances.filter(({ executions }) => executions.size < maxConcurrentCalls);
      const instance = pick(able);
      if (instance && (isIdle || sim.random() < 0.5)) void consume(instance, held);
    }
  };

  const tick = async (): Promise<void> => {
    let deadUntil = 0;
    for (;;) {
      await clock.sleep(60_000 - (sim.now() % 60_000));
      if (faults.hits('timers are dead')) deadUntil = sim.now() + Math.floor(sim.random() * 600_000);
      const instance = pick(instances);
      if (world.waking === 'bus only' || !instance || (!faults.areOver() && sim.now() < deadUntil)) continue;
      const places = new Set([...world.requests.keys()].map(partitionOf));
      const sweepAll = async (deps: EscalationDeps) => {
        const table = deps.tables('escalations');
        for (const pk of places) await sweepPartition({ ...deps, table }, { table: 'escalations', pk }, scope);
      };
      void execute(instance, sweepAll, true).catch(() => undefined);
    }
  };

  const deadlines = (): number[] =>
    plant.withoutTimeOut === true
      ? []
      : instances.flatMap(({ executions }) => [...executions].map(({ startedAt }) => startedAt + functionTimeoutMs));

  start();
  start();
  void tick();
  return {
    /** Does something for somebody outside, in any instance. */
    call: async <T>(work: (deps: EscalationDeps) => Promise<T>): Promise<T> => {
      const instance = pick(instances);
      if (!instance) throw new Killed();
      return execute(instance, work);
    },
    run: async (ms: number) =>
      sim.run(ms, {
        between: (isIdle) => {
          if (sim.trace.length > turnsAtMost)
            throw Object.assign(new Error('this run has no end'), { trace: sim.trace });
          const victim = faults.hits('instance is killed') ? pick(instances) : undefined;
          if (victim) kill(victim);
          for (const instance of [...instances]) {
            const isLate = [...instance.executions].some(({ startedAt }) => sim.now() >= startedAt + functionTimeoutMs);
            if (isLate && plant.withoutTimeOut !== true) kill(instance);
          }
          handOut(isIdle);
        },
        beforeTurn: (process) => {
          const instance = instances.find(({ executions }) => [...executions].some((one) => one.process === process));
          if (instance && killsNow?.()) kill(instance);
        },
        nextAt: () => {
          const times = [bus.nextReadyAt(), ...deadlines()].filter((at) => at !== undefined && at > sim.now());
          return times.length === 0 ? undefined : Math.min(...(times as number[]));
        },
      }),
  };
}

export type FilingHost = ReturnType<typeof createFilingHost>;
