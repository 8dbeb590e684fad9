import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TableClient, type TransactionAction } from '@azure/data-tables';
import { ServiceBusClient } from '@azure/service-bus';
import { startDeskWorld } from '../../local/desk-world.ts';
import { pairedRatio } from './figures.ts';

const rounds = 9;
const perRound = 60;
const atOnce = 8;

/** The least that any intake must do: one transaction of the same five rows, one message, an answer. */
async function bareServer(storage: string, bus: string) {
  const table = TableClient.fromConnectionString(storage, 'requests', { allowInsecureConnection: true });
  const client = new ServiceBusClient(bus, { retryOptions: { retryDelayInMs: 500 } });
  const sender = client.createSender('scratch');
  let n = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      JSON.parse(body);
      const id = `bench-${String(process.pid)}-${String(++n)}`;
      const rows = ['H', 'E', 'C', 'P', 'O'].map((kind): TransactionAction => [
        'create',
        { partitionKey: 'bench', rowKey: `${kind}|${id}`, body },
      ]);
      await table.submitTransaction(rows);
      await sender.sendMessages({ messageId: id, body: { id } });
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    stop: async () => {
      server.close();
      await client.close();
    },
  };
}

async function timed(post: () => Promise<Response>): Promise<number> {
  const start = performance.now();
  const worker = async () => {
    for (let n = 0; n < perRound / atOnce; n++) {
      const answer = await post();
      if (answer.status !== 201)
        throw new Error(`an intake was answered ${String(answer.status)}: ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return performance.now() - start;
}

/** Intake through the whole local host against a bare handler that does the same insert and send, in alternating rounds. */
export async function benchIntake(folder: string): Promise<void> {
  const { world, stack } = await startDeskWorld({ folder, portBase: 'free' });
  const bare = await bareServer(stack.storage, stack.serviceBus);
  try {
    const portal = stack.portals[0];
    const body = JSON.stringify({
      customer: { customerId: portal?.customers[0]?.customerId },
      title: 'Mail arrives late',
      description: 'Mail to outside arrives an hour late since this morning.',
      severity: 'moderate',
      contact: { name: 'Kim Example', email: 'kim@customer.example' },
    });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${portal?.token ?? ''}` };
    const desk = async () => fetch(`${stack.baseUrl}/api/requests`, { method: 'POST', headers, body });
    const plain = async () => fetch(bare.url, { method: 'POST', headers, body });
    await timed(desk);
    await timed(plain);
    const pairs: [number, number][] = [];
    for (let round = 0; round < rounds; round++) {
      const first = round % 2 === 0 ? await timed(desk) : await timed(plain);
      const second = round % 2 === 0 ? await timed(plain) : await timed(desk);
      pairs.push(round % 2 === 0 ? [first, second] : [second, first]);
    }
    console.log(`intake through the local host : bare     ${pairedRatio(pairs)}`);
  } finally {
    await bare.stop();
    await world.stop();
  }
}
