import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { assertPortsFree, freePortBase, portBaseFrom, portsFrom } from '../../local/ports.ts';

test('ports follow the base at fixed distances', () => {
  expect(portsFrom(portBaseFrom(undefined))).toEqual({
    host: 7071,
    bus: 7072,
    blob: 7073,
    queue: 7074,
    table: 7075,
    microsoft: 7080,
    inbox: 7090,
  });
  expect(portsFrom(portBaseFrom('8000')).inbox).toBe(8019);
});

test.each(['0', '80', '65530', '7071.5', 'seven'])('%s is no port base', (value) => {
  expect(() => portsFrom(portBaseFrom(value))).toThrow('PORT_BASE must be a whole number');
});

test('a taken port is named together with the part that should be there', async () => {
  const ports = portsFrom(await freePortBase());
  const server = createServer().listen(ports.bus, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  await expect(assertPortsFree(ports, 0)).rejects.toThrow(
    `Port ${String(ports.bus)}, where the Service Bus emulator should be, is taken`,
  );
  const waiting = assertPortsFree(ports);
  server.close();
  await expect(waiting).resolves.toBeUndefined();
});
