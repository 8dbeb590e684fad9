import { join } from 'node:path';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { runningStack } from '../../local/stack-file.ts';
import { systemClock, type Clock } from '../../shared/core/clock.ts';
import { systemIds } from '../../shared/core/ids.ts';
import { azureTable } from '../../shared/platform/azure-tables.table.ts';
import type { Bus } from '../../shared/platform/bus.ts';
import { tableNames, type TableName } from '../../shared/platform/resources.ts';
import { scopeFor } from '../../shared/platform/telemetry.ts';
import type { Table } from '../../shared/platform/table.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { azureScan, scanClientOptions } from './azure-scan.ts';

/** Where tables are: a connection string, or the address of an account that whoever is signed in with the Azure CLI may use. */
type Place = { storage?: string | undefined; tables?: string | undefined };

/** Undefined where both are given, or neither and no local world runs. */
export async function placeOf(given: Place): Promise<{ place: Place; clock: Clock } | undefined> {
  if (given.storage !== undefined && given.tables !== undefined) return undefined;
  if (given.storage !== undefined || given.tables !== undefined) return { place: given, clock: systemClock };
  const stack = await runningStack(join(import.meta.dirname, '..', '..', '.local'));
  return stack && { place: { storage: stack.storage }, clock: await worldClock(stack.microsoft.controlUrl) };
}

/** The local world has a clock of its own. */
async function worldClock(controlUrl: string): Promise<Clock> {
  const answer = await fetch(controlUrl, { signal: AbortSignal.timeout(10_000) });
  const { now } = (await answer.json()) as { now: string };
  const aheadMs = Date.parse(now) - Date.now();
  return { ...systemClock, now: () => Date.now() + aheadMs };
}

/** Calls nothing yet. Throws where the place is none. */
export async function openStorage({ storage, tables: url = '' }: Place) {
  checkPlace({ storage, url });
  // The emulator speaks plain http.
  const allowInsecureConnection = /UseDevelopmentStorage=true|TableEndpoint=http:/i.test(storage ?? url);
  const options = { ...scanClientOptions, allowInsecureConnection };
  const credential = storage === undefined ? await signedIn() : undefined;
  const client = (name: TableName): TableClient =>
    storage === undefined
      ? new TableClient(url, name, required(credential), options)
      : TableClient.fromConnectionString(storage, name, options);
  const service = () =>
    storage === undefined
      ? new TableServiceClient(url, required(credential), options)
      : TableServiceClient.fromConnectionString(storage, options);
  return {
    scan: (name: TableName) => azureScan(client(name)),
    tables: (name: TableName): Table => withWriteTokens(azureTable(client(name), systemClock), systemIds),
    /** Those that are not there are made; that needs the right to. */
    makeTables: async (): Promise<void> => {
      for (const name of tableNames) await service().createTable(name, { abortSignal: AbortSignal.timeout(60_000) });
    },
  };
}

function checkPlace({ storage, url }: { storage: string | undefined; url: string }): void {
  if (storage === undefined && !/^https?:\/\/[^/]/.test(url)) {
    throw new Error(
      `"${url}" is not the address of an account's tables: https://ACCOUNT.table.core.windows.net, or as the cloud has it.`,
    );
  }
  if (storage !== undefined && !/(?:^|;)(?:AccountName|UseDevelopmentStorage|SharedAccessSignature)=/i.test(storage)) {
    throw new Error('What was given is not a connection string of a storage account.');
  }
}

/** As whom the Azure CLI is signed in: loaded only where it is needed. */
async function signedIn() {
  const { AzureCliCredential } = await import('@azure/identity');
  return new AzureCliCredential({ processTimeoutInMs: 30_000 });
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no credential');
  return value;
}

/** What is owed is a row: the desk's sweep sends it. */
export const noBus: Bus = { send: async () => Promise.resolve() };

/** Warnings and errors go to standard error. */
export const commandScope = scopeFor(({ event, level, fields }) => {
  if (level !== 'info') console.error(`${level} ${event} ${JSON.stringify(fields)}`);
}, `command-${systemIds.newId()}`);

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const say = (text: string): void => {
  console.error(text);
};
