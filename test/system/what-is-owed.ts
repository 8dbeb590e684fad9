import { TableClient } from '@azure/data-tables';
import { ServiceBusClient } from '@azure/service-bus';
import { until } from '../../local/call-desk.ts';
import type { Stack } from '../../local/stack-file.ts';
import { queues, type TableName } from '../../shared/platform/resources.ts';

/** Ids of messages on the desk's queues: those that a consumer could have now, or the dead ones. */
export async function messagesOf({ serviceBus }: Stack, which: 'active' | 'deadLetter'): Promise<string[]> {
  const client = new ServiceBusClient(serviceBus);
  try {
    const found = await Promise.all(
      Object.keys(queues).map(async (queue) => {
        const receiver = client.createReceiver(queue, which === 'deadLetter' ? { subQueueType: 'deadLetter' } : {});
        const messages = await receiver.peekMessages(1_000);
        return messages
          .filter(({ state }) => state !== 'scheduled')
          .map(({ messageId }) => `${queue} ${String(messageId)}`);
      }),
    );
    return found.flat();
  } finally {
    await client.close();
  }
}

/** Row keys of what the desk still owes to lists and portals: everything but the next look at each case and mailbox. */
export async function owedNews({ storage }: Stack): Promise<string[]> {
  const owed: string[] = [];
  for (const table of ['requests', 'escalations', 'deliveries'] satisfies TableName[]) {
    const client = TableClient.fromConnectionString(storage, table, { allowInsecureConnection: true });
    const filter = "RowKey ge 'O|' and RowKey lt 'O}'";
    for await (const { rowKey = '' } of client.listEntities({ queryOptions: { filter, select: ['RowKey'] } })) {
      if (!/\|(?:step|case-mail)\|/.test(rowKey)) owed.push(`${table} ${rowKey}`);
    }
  }
  return owed;
}

/** Resolves when no message waits for a consumer: only then may the clock move without outrunning the work at hand. */
export async function quietBus(stack: Stack): Promise<void> {
  await until('a quiet bus', async () => ((await messagesOf(stack, 'active')).length === 0 ? true : undefined), 60_000);
}
