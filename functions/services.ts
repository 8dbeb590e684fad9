import type { TokenCredential } from '@azure/identity';
import { TableClient } from '@azure/data-tables';
import type { ServiceBusClient } from '@azure/service-bus';
import { systemClock } from '../shared/core/clock.ts';
import { systemIds, systemRandom } from '../shared/core/ids.ts';
import { azureBus, busClientOptions } from '../shared/platform/azure-bus.servicebus.ts';
import { azureTable, tableClientOptions } from '../shared/platform/azure-tables.table.ts';
import { azureBusProbe } from '../shared/platform/bus-probe.servicebus.ts';
import type { Config } from '../shared/platform/config.ts';
import { createGuardedHttp, createHttp, systemResolveName } from '../shared/platform/node-http.http.ts';
import type { TableName } from '../shared/platform/resources.ts';
import type { Services } from '../shared/platform/services.ts';
import type { Table } from '../shared/platform/table.ts';
import { withWriteTokens } from '../shared/platform/write-token.ts';

/** The only place that builds SDK clients. What is heavy and not on every call's way loads when it is first used. */
export function createServices(config: Config): Services {
  const clock = systemClock;
  const opened = new Map<TableName, Table>();
  const tables = (name: TableName): Table => {
    const known = opened.get(name);
    if (known) return known;
    const table = withWriteTokens(azureTable(tableClient(config, name), clock), systemIds);
    opened.set(name, table);
    return table;
  };
  return {
    clock,
    ids: systemIds,
    random: systemRandom,
    tables,
    bus: azureBus(async () => busClient(config), clock),
    busProbe: azureBusProbe(async () => busClient(config), clock),
    http: createHttp({ clock }),
    guardedHttp: createGuardedHttp({ clock, resolveName: systemResolveName, allow: config.OUTBOUND_ALLOW }),
  };
}

function tableClient(config: Config, name: TableName): TableClient {
  if (config.STORAGE !== undefined) {
    // The emulator speaks plain http; a connection string of Azure names https and is not affected.
    const allowInsecureConnection = /UseDevelopmentStorage=true|TableEndpoint=http:/i.test(config.STORAGE);
    return TableClient.fromConnectionString(config.STORAGE, name, { ...tableClientOptions, allowInsecureConnection });
  }
  const url = config.STORAGE__tableServiceUri ?? '';
  return new TableClient(url, name, managedIdentity(config.STORAGE__clientId), tableClientOptions);
}

async function busClient(config: Config): Promise<ServiceBusClient> {
  const { ServiceBusClient: Client } = await import('@azure/service-bus');
  if (config.SERVICE_BUS !== undefined) return new Client(config.SERVICE_BUS, busClientOptions);
  const namespace = config.SERVICE_BUS__fullyQualifiedNamespace ?? '';
  return new Client(namespace, managedIdentity(config.SERVICE_BUS__clientId), busClientOptions);
}

/** The app's identity, loaded with the first token that is asked for. */
function managedIdentity(clientId: string | undefined): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      credential ??= import('@azure/identity').then(({ ManagedIdentityCredential }) =>
        clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId }),
      );
      return (await credential).getToken(scopes, options);
    },
  };
}
