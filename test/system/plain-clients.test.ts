import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../local/call-desk.ts';
import { aWorld, customerOf, type SystemWorld } from './a-world.ts';

let w: SystemWorld;

beforeAll(async () => {
  w = await aWorld();
});

afterAll(() => w.stop());

describe('the command grant-consents', () => {
  /** Runs it under this Node against the world, as the person of this token. */
  async function grantConsents(token: string, ...options: string[]) {
    const env = { ...process.env, DESK_TOKEN: token };
    const args = ['scripts/grant-consents.ts', '--desk', w.stack.baseUrl, ...options];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { out: out.trim().split('\n'), err, code: child.exitCode };
  }

  it('says of each customer what became of it, and ends with 1 where one was refused', async () => {
    const dry = await grantConsents(w.tokens.admin, '--dry-run');
    expect(dry).toMatchObject({ code: 0, err: expect.stringContaining('{"would-grant":24}') as string });
    const [granted] = (await grantConsents(w.tokens.admin)).out.filter((line) => line.includes(',granted,'));
    const [customerId = ''] = granted!.split(',');
    const again = await grantConsents(w.tokens.admin, '--customer', customerId);
    expect(again).toMatchObject({ code: 0, out: ['customerId,outcome,code,remedy', `${customerId},already,"",""`] });
    const { json } = await w.call(`/api/customers/${customerId}`, { token: w.tokens.admin });
    await w.control({ scenario: { gdap: { tenantId: json.tenantId, roles: [] } } });
    const refused = await grantConsents(w.tokens.admin, '--customer', customerId);
    expect(refused.code).toBe(1);
    expect(refused.out[1]).toMatch(/^\w+,refused,"900308","The integration account lacks the role/);
  });

  it('does nothing for who may not', async () => {
    const { code, err, out } = await grantConsents(w.tokens.operator);
    expect({ code, out }).toEqual({ code: 1, out: [''] });
    expect(err).toContain('answered 403');
  });
});

describe('the command doctor', () => {
  it('asks the desk, prints what was found, and shows it again without asking', async () => {
    const doctor = async (token: string, ...options: string[]) => {
      const args = ['scripts/doctor.ts', '--desk', w.stack.baseUrl, ...options];
      const env = { ...process.env, DESK_TOKEN: token };
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
      return { out, err, code: child.exitCode };
    };
    const asked = await doctor(w.tokens.admin);
    expect(asked).toMatchObject({ code: 0, err: '' });
    expect(asked.out).toMatch(/refused {3}Do the withdrawn calls for creating service requests answer again\?/);
    expect(asked.out).toMatch(/\d+ proven, \d+ refused, \d+ unproven\./);
    expect((await doctor(w.tokens.reader, '--last')).out).toBe(asked.out);
    expect(await doctor(w.tokens.operator)).toMatchObject({ code: 1, out: '' });
  });
});

describe('the command consent', () => {
  /** Runs it, and signs in where it says, as a browser does: along the redirects, to the desk's page. */
  async function consent(token: string) {
    const env = { ...process.env, DESK_TOKEN: token };
    const args = ['scripts/consent.ts', '--desk', w.stack.baseUrl, '--no-browser'];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let page: Promise<Response> | undefined;
    const said: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      said.push(part);
      const [url] = /^http\S+$/m.exec(said.join('')) ?? [];
      if (url !== undefined) page ??= fetch(url, { headers: { accept: 'text/html' } });
    });
    const [err] = await Promise.all([text(child.stderr), once(child, 'close')]);
    const answer = await page;
    return { out: said.join(''), err, code: child.exitCode, url: answer?.url, page: await answer?.text() };
  }

  it('waits until the integration account has signed in, and says who and for how long', async () => {
    const { out, code, url, page } = await consent(w.tokens.admin);
    expect(page).toContain('<h1>Signed in</h1>');
    expect(url).toMatch(new RegExp(`^${w.stack.baseUrl}/api/partner-consents/callback\\?`));
    expect(out).toMatch(
      /account {6}integration@lindmoor\.example\n.*multifactor {2}yes[^]*a read {7}it answers[^]*ends {9}20\d\d-/,
    );
    expect(code).toBe(0);
  });

  it('ends with 1 and says what to do where nobody could sign in, or may not ask', async () => {
    await w.control({ scenario: { signIn: 'denied' } });
    const [denied, forbidden] = await Promise.all([consent(w.tokens.admin), consent(w.tokens.operator)]);
    await w.control({ scenario: { signIn: 'as-usual' } });
    expect(denied.page).toContain('<h1>Not signed in</h1>');
    expect(denied).toMatchObject({ code: 1, out: expect.stringContaining('Start again, and accept.') as string });
    expect(forbidden).toMatchObject({
      ...{ code: 1, out: '' },
      err: expect.stringContaining('answered 403') as string,
    });
  });
});

describe('the plain @azure/data-tables', () => {
  const insecure = { allowInsecureConnection: true };
  /** Each is found in what a person typed, and nowhere else. */
  const privateTexts = {
    title: 'Linux virtual machine of Quillfeather cannot be reached by SSH',
    description: 'Mrs Brambleworth says that vm-1 refuses every connection since this morning.',
    businessImpact: 'Order entry of Hollowmere is down.',
    name: 'Kim Nightgarden',
    email: 'kim@wispwillow.example',
    comment: 'I spoke to Mr Thistledown on the phone.',
  };
  let requestId: string;

  type Entity = Record<string, unknown> & { partitionKey?: string; rowKey?: string };

  async function rowsOf(table: string, filter?: string): Promise<Entity[]> {
    const client = TableClient.fromConnectionString(w.stack.storage, table, insecure);
    const rows: Entity[] = [];
    const options = filter === undefined ? {} : { queryOptions: { filter } };
    for await (const row of client.listEntities<Entity>(options)) rows.push(row);
    return rows;
  }

  const isPrivate = (text: string) => Object.values(privateTexts).some((one) => text.includes(one));

  beforeAll(async () => {
    const portal = w.portals[0]!;
    const { title, description, businessImpact, name, email, comment } = privateTexts;
    const { json } = await w.call('/api/requests', {
      token: portal.token,
      body: {
        customer: { customerId: customerOf(portal, { azure: true }).customerId },
        ...{ title, description, businessImpact },
        severity: 'moderate',
        category: 'technical',
        service: 'azure',
        contact: { name, email, phone: '+49 30 5550199' },
        evidence: { said: comment },
      },
    });
    requestId = String(json.id);
    const path = `/api/requests/${requestId}`;
    await w.call(`${path}/comments`, { token: portal.token, body: { text: comment, audience: 'customer' } });
    const { headers } = await w.call(`${path}/escalation`, { token: w.tokens.operator, body: {} });
    await until('the case is filed', async () => {
      await w.advance(10);
      const { json: escalation } = await w.call(headers.get('location') ?? '', { token: w.tokens.reader });
      return escalation.caseNumber;
    });
    await until('the portal knows the case number', async () =>
      (await w.notices()).find(({ data }) => data.requestId === requestId && data.caseNumber !== undefined),
    );
  });

  it('reads the head, the events and the content of a request', async () => {
    const rows = await rowsOf('requests', `RowKey ge 'C' and RowKey lt 'I'`);
    const ours = rows.filter(({ rowKey = '' }) => rowKey.includes(requestId));
    expect(new Set(ours.map(({ partitionKey }) => partitionKey)).size).toBe(1);
    const kinds = Object.groupBy(ours, ({ rowKey = '' }) => rowKey.slice(0, 1));
    expect(kinds.H).toMatchObject([
      { rowKey: `H|${requestId}`, portalId: w.portals[0]!.id, state: 'waiting-microsoft', v: 1 },
    ]);
    expect(kinds.E!.length).toBe(kinds.H![0]!.version);
    expect(kinds.E![0]).toMatchObject({ kind: 'created', sequence: 1 });
    expect(kinds.C!.find(({ rowKey }) => rowKey === `C|${requestId}|sent`)).toMatchObject({
      title: privateTexts.title,
    });
  });

  it('finds what people typed in content rows alone', async () => {
    const holders: string[] = [];
    for await (const { name = '' } of TableServiceClient.fromConnectionString(w.stack.storage, insecure).listTables()) {
      for (const row of await rowsOf(name)) {
        if (isPrivate(JSON.stringify(row))) holders.push(`${name} ${(row.rowKey ?? '').slice(0, 2)}`);
      }
    }
    expect(new Set(holders)).toEqual(new Set(['requests C|', 'escalations C|']));
  });

  it('has no log beside it that tells what people typed', async () => {
    const logs = join(w.folder, 'log');
    const names = await readdir(logs);
    expect(names).toContain('host.log');
    const texts = await Promise.all(names.map((name) => readFile(join(logs, name), 'utf8')));
    expect(names.filter((_, at) => isPrivate(texts[at]!))).toEqual([]);
  });
});

describe('the plain @azure/service-bus', () => {
  function aClient() {
    const client = new ServiceBusClient(w.stack.serviceBus);
    onTestFinished(() => client.close());
    return client;
  }

  /** A client goes on peeking where it ended: a fresh one begins at the beginning. */
  async function peek(subQueueType?: 'deadLetter') {
    const client = new ServiceBusClient(w.stack.serviceBus);
    try {
      return await client.createReceiver('scratch', { ...(subQueueType && { subQueueType }) }).peekMessages(9);
    } finally {
      await client.close();
    }
  }

  async function receiveOne(receiver: ServiceBusReceiver) {
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
    if (!message) throw new Error('no message came');
    return message;
  }

  it('dead-letters with a reason, and peeks without taking', async () => {
    const client = aClient();
    const receiver = client.createReceiver('scratch');
    await client.createSender('scratch').sendMessages({ body: { v: 1 }, messageId: 'one', correlationId: 'story-1' });
    expect(await peek()).toMatchObject([{ messageId: 'one', state: 'active' }]);
    await receiver.deadLetterMessage(await receiveOne(receiver), {
      deadLetterReason: 'TriedOut',
      deadLetterErrorDescription: 'to see it',
    });
    expect(await peek()).toEqual([]);
    const dead = client.createReceiver('scratch', { subQueueType: 'deadLetter' });
    const message = await receiveOne(dead);
    expect(message).toMatchObject({
      messageId: 'one',
      body: { v: 1 },
      correlationId: 'story-1',
      deadLetterReason: 'TriedOut',
      deadLetterErrorDescription: 'to see it',
    });
    await dead.completeMessage(message);
    expect(await peek('deadLetter')).toEqual([]);
  });

  it('schedules by the world’s clock, and cancels', async () => {
    const client = aClient();
    const sender = client.createSender('scratch');
    const receiver = client.createReceiver('scratch');
    const inTwoHours = new Date(Date.now() + 2 * 60 * 60 * 1_000);
    const [kept, cancelled] = [
      await sender.scheduleMessages({ body: 'kept', messageId: 'kept' }, inTwoHours),
      await sender.scheduleMessages({ body: 'cancelled', messageId: 'cancelled' }, inTwoHours),
    ];
    expect((await peek()).map(({ state }) => state)).toEqual(['scheduled', 'scheduled']);
    await sender.cancelScheduledMessages(cancelled);
    expect(await peek()).toMatchObject([{ messageId: 'kept', sequenceNumber: kept[0] }]);
    await w.advance(2 * 60 * 60);
    const message = await receiveOne(receiver);
    expect(message).toMatchObject({ messageId: 'kept', body: 'kept' });
    await receiver.completeMessage(message);
    expect(await peek()).toEqual([]);
  });
});
