import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createPartGroup, type PartGroup } from '../../local/part-group.ts';
import { freePort, temporaryFolder } from './world-folder.ts';

const file = join(import.meta.dirname, '../../local/inbox/main.ts');

type Message = { portalId?: string; path: string; at: string; headers: Record<string, string>; bodyBase64: string };

async function startInbox(): Promise<{ group: PartGroup; url: string; journal: string }> {
  const folder = await temporaryFolder();
  const journal = join(folder, 'inbox', 'messages.jsonl');
  const port = await freePort();
  const group = await createPartGroup({
    folder,
    clockOrder: ['inbox'],
    stopOrder: [{ names: ['inbox'], withinMs: 2_000 }],
  });
  onTestFinished(() => group.stop());
  const settings = await group.start({ name: 'inbox', file, options: { port, journal } });
  expect(settings).toEqual({ OUTBOUND_ALLOW: `127.0.0.1:${String(port)}` });
  return { group, url: `http://127.0.0.1:${String(port)}`, journal };
}

const post = (url: string, body: string) => fetch(url, { method: 'POST', body, headers: { 'webhook-id': 'm-1' } });
const messagesAt = async (url: string) => (await fetch(`${url}/messages`)).json() as Promise<Message[]>;
const bodies = (messages: Message[]) => messages.map(({ bodyBase64 }) => Buffer.from(bodyBase64, 'base64').toString());

test('any POST is kept as it came, with the portal of its path and the world’s time', async () => {
  const { group, url } = await startInbox();
  await group.advance(86_400);
  expect((await post(`${url}/portals/north/events?x=1`, 'é\u0000')).status).toBe(204);
  expect((await post(`${url}/anything`, '')).status).toBe(204);

  const [first, second] = await messagesAt(url);
  expect(first).toMatchObject({ portalId: 'north', path: '/portals/north/events', headers: { 'webhook-id': 'm-1' } });
  expect(bodies([first!])).toEqual(['é\u0000']);
  expect(Date.parse(first!.at) - Date.now()).toBeGreaterThan(86_000_000);
  expect(second).toMatchObject({ path: '/anything', bodyBase64: '' });
  expect(second).not.toHaveProperty('portalId');
});

test('messages outlive SIGKILL, also with a line cut short, until they are deleted', async () => {
  const { group, url, journal } = await startInbox();
  const inbox = group.part('inbox');
  await Promise.all(['a', 'b', 'c'].map((body) => post(`${url}/hook`, body)));
  inbox.kill('SIGKILL');
  await inbox.exited;
  await appendFile(journal, '{"path":"/half');
  await inbox.start();
  expect(bodies(await messagesAt(url)).sort()).toEqual(['a', 'b', 'c']);

  await post(`${url}/hook`, 'd');
  inbox.kill('SIGTERM');
  expect(await inbox.exited).toEqual({ code: 0, signal: null });
  await inbox.start();
  expect(bodies(await messagesAt(url)).sort()).toEqual(['a', 'b', 'c', 'd']);

  expect((await fetch(`${url}/messages`, { method: 'DELETE' })).status).toBe(204);
  await post(`${url}/hook`, 'e');
  inbox.kill('SIGKILL');
  await inbox.exited;
  await inbox.start();
  expect(bodies(await messagesAt(url))).toEqual(['e']);
});

test('a fault refuses as many matching requests as it says, and keeps none of them', async () => {
  const { url } = await startInbox();
  const fault = { match: '/portals/*', status: 503, retryAfter: 7, delayMs: 1, times: 2 };
  expect((await post(`${url}/_fault`, JSON.stringify(fault))).status).toBe(204);
  expect((await post(`${url}/other`, 'other')).status).toBe(204);
  const refused = await post(`${url}/portals/north`, '1');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '7']);
  expect((await post(`${url}/portals/north`, '2')).status).toBe(503);
  expect((await post(`${url}/portals/north`, '3')).status).toBe(204);
  expect(bodies(await messagesAt(url))).toEqual(['other', '3']);
});

test('a fault may come wrapped, as Microsoft’s control endpoint takes it', async () => {
  const { url } = await startInbox();
  await post(`${url}/_fault`, JSON.stringify({ fault: { match: '*', status: 500, times: 1 } }));
  expect((await post(`${url}/hook`, 'lost')).status).toBe(500);
  expect(await messagesAt(url)).toEqual([]);
});

test('a fault that succeeds only makes the answer another or later', async () => {
  const { url } = await startInbox();
  await post(`${url}/_fault`, JSON.stringify({ match: '*', status: 202, times: 1 }));
  expect((await post(`${url}/hook`, 'slow')).status).toBe(202);
  expect(bodies(await messagesAt(url))).toEqual(['slow']);
});

test.each(['', '{}', '{"match":"*","status":500,"times":0}', '{"match":"*","status":500,"times":1,"speed":2}'])(
  'a fault written as %j is refused',
  async (body) => {
    const { url } = await startInbox();
    expect((await post(`${url}/_fault`, body)).status).toBe(400);
  },
);
