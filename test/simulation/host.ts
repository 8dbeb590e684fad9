import type { Surroundings } from '../support/simulation.ts';
import { createInstance, type Called, type HttpCalling, type Instance } from './instance.ts';
import type { Plant } from './plant.ts';
import type { World } from './world.ts';

export type HostOptions = {
  instances: number;
  plant: Plant;
  /** Called when an instance is about to get a turn; true kills it instead. It is replaced at once. */
  killsNow?: () => boolean;
};

/** The platform around the instances: it routes calls, hands out messages, runs the timer, and starts what was killed again. */
export function createHost(world: World, { instances, plant, killsNow }: HostOptions) {
  const { sim, faults, bus, outside } = world;
  const clock = sim.clockOf(outside);
  const running: Instance[] = [];
  let born = 0;
  let ticking: Instance | undefined;

  const start = (): void => {
    running.push(createInstance(world, `desk-${String(++born)}`, plant));
  };
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(sim.random() * list.length)];

  const kill = (instance: Instance, downMs: number): void => {
    running.splice(running.indexOf(instance), 1);
    if (ticking === instance) ticking = undefined;
    sim.kill(instance.process);
    if (downMs === 0) start();
    else void clock.sleep(downMs).then(start);
  };

  const handOut = (isIdle: boolean): void => {
    for (const held of bus.ready()) {
      const able = running.filter((instance) => instance.mayTake(held));
      // Not each at once and not in order: whoever gets a message gets it some turns later.
      if (isIdle || sim.random() < 0.5) void pick(able)?.consume(held);
    }
  };

  const crash = (): void => {
    if (faults.hits('deployment kills all'))
      for (const one of [...running]) kill(one, Math.floor(sim.random() * 5_000));
    if (!faults.hits('instance is killed')) return;
    const victim = pick(running);
    if (victim) kill(victim, Math.floor(sim.random() * 20_000));
  };

  /** The sweep's schedule: each minute, on one instance, never twice at once. */
  const tick = async (): Promise<void> => {
    let deadUntil = 0;
    for (;;) {
      await clock.sleep(60_000 - (sim.now() % 60_000));
      if (faults.hits('timers are dead')) deadUntil = sim.now() + Math.floor(sim.random() * 600_000);
      const isDead = !faults.areOver() && sim.now() < deadUntil;
      if (plant.withoutSweep || ticking || isDead) continue;
      const instance = pick(running);
      ticking = instance;
      const done = () => {
        if (ticking === instance) ticking = undefined;
      };
      void instance?.sweep().then(done, done);
    }
  };

  for (let at = 0; at < instances; at++) start();
  void tick();

  const surroundings: Surroundings = {
    between: (isIdle) => {
      crash();
      handOut(isIdle);
    },
    beforeTurn: (process) => {
      const instance = running.find((one) => one.process === process);
      if (instance && killsNow?.()) kill(instance, 0);
    },
    nextAt: bus.nextReadyAt,
  };
  return {
    /** Calls any instance. Rejects when there is none, or it dies before it has answered. */
    call: async (calling: HttpCalling): Promise<Called> => {
      const instance = pick(running);
      if (!instance) throw new Error('nobody listens');
      return instance.call(calling);
    },
    run: async (ms: number) => sim.run(ms, surroundings),
  };
}

export type Host = ReturnType<typeof createHost>;
