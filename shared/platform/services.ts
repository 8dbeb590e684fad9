import type { Clock } from '../core/clock.ts';
import type { Ids, Random } from '../core/ids.ts';
import type { BusProbe } from './bus-probe.servicebus.ts';
import type { Bus } from './bus.ts';
import type { Http } from './http.ts';
import type { TableName } from './resources.ts';
import type { Tables } from './table.ts';

/** Everything outside the desk that it reaches, as ports. A simulation passes its own. */
export type Services = {
  clock: Clock;
  ids: Ids;
  random: Random;
  tables: Tables<TableName>;
  bus: Bus;
  busProbe: BusProbe;
  /** To Microsoft's endpoints, which the settings name. */
  http: Http;
  /** To URLs that portals name. */
  guardedHttp: Http;
};
