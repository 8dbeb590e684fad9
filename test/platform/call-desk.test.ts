import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { callDesk } from '../../local/call-desk.ts';

it('a command calls a desk whose address has a path, as behind a gateway, however it ends', async () => {
  const server = createServer(({ url }, response) => response.end(JSON.stringify({ url })));
  onTestFinished(() => {
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const root = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const askedAt = async (address: string, path: string) => (await callDesk(address, path)).json.url;
  expect(await askedAt(root, '/api/livez')).toBe('/api/livez');
  expect(await askedAt(`${root}/desk`, 'api/livez?a=b')).toBe('/desk/api/livez?a=b');
  expect(await askedAt(`${root}/desk/`, '/api/livez')).toBe('/desk/api/livez');
});
