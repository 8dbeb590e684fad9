import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/core/clock.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
import { createGuardedHttp, type ResolveName } from '../../shared/platform/node-http.http.ts';
import { familyOf, innerAddresses, spellingsOf } from './spellings.ts';

const inner = Object.values(innerAddresses).flat();

/** Every socket that is made, and every address that one is about to be connected to: it is refused then, so that none is. */
const seen = { sockets: 0, dialled: [] as string[], mayDial: [] as string[] };
const watch = (message: unknown) => {
  const { socket } = message as { socket: Socket };
  seen.sockets++;
  const check = (address: string) => {
    seen.dialled.push(address);
    return !seen.mayDial.includes(address);
  };
  Object.assign(socket, { blockList: { check } });
};

beforeAll(() => {
  subscribe('net.client.socket', watch);
});
afterAll(() => {
  unsubscribe('net.client.socket', watch);
});
beforeEach(() => {
  Object.assign(seen, { sockets: 0, dialled: [], mayDial: [] });
});

const answers =
  (...addresses: string[]): ResolveName =>
  async () =>
    Promise.resolve(addresses.map((address) => ({ address, family: familyOf(address) })));

const client = (resolveName: ResolveName, allow: string[] = []) =>
  createGuardedHttp({ clock: systemClock, resolveName, allow });

/** Why a call failed, or what it answered. */
async function call(http: ReturnType<typeof client>, url: string): Promise<string | number> {
  try {
    return (await http({ method: 'GET', url, timeoutMs: 2_000, maxBytes: 1_000 })).status;
  } catch (error) {
    if (error instanceof HttpFailure) return error.reason;
    throw error;
  }
}

describe('addresses inside of networks', () => {
  it('are many, in many spellings each', () => {
    expect(new Set(inner).size).toBeGreaterThanOrEqual(250);
    expect(Math.min(...inner.map((address) => new Set(spellingsOf(address)).size))).toBeGreaterThanOrEqual(6);
  });

  it.each(Object.entries(innerAddresses))(
    'of %s get no socket connected in any spelling',
    async (_block, addresses) => {
      const refused: (string | number)[] = [];
      for (const address of addresses) {
        // A spelling that is a name to the desk leads to the address all the same: the resolver knows every trick.
        const http = client(answers(address));
        for (const host of spellingsOf(address)) refused.push(await call(http, `https://${host}/hook`));
      }
      expect(new Set(refused)).toEqual(new Set(['refused-address']));
      expect(seen.dialled).toEqual([]);
    },
  );

  it.each(Object.entries(innerAddresses))('of %s get no socket connected by a name', async (_block, addresses) => {
    for (const address of addresses) {
      for (const given of [
        [address],
        ['8.8.8.8', address],
        [address, '2606:4700::1111'],
        ['8.8.8.8', '8.8.4.4', address],
      ]) {
        expect(await call(client(answers(...given)), 'https://portal.example/hook')).toBe('refused-address');
      }
    }
    expect(seen.sockets).toBe(4 * addresses.length);
    expect(seen.dialled).toEqual([]);
  });

  it('are not even given a socket where the URL itself names them', async () => {
    for (const address of inner) {
      const host = familyOf(address) === 4 ? address : `[${address}]`;
      expect(await call(client(answers(address)), `https://${host}/`)).toBe('refused-address');
    }
    expect(seen.sockets).toBe(0);
  });

  it.each([
    'http://169.254.130.1:8081/msi/token?resource=https://vault.azure.net&api-version=2019-08-01',
    'http://127.0.0.1:41741/msi/token/',
    'http://localhost:42356/msi/token',
    'https://localhost/msi/token',
    'https://localhost./msi/token',
    'https://metadata.azure.internal/',
    'http://[fd00:ec2::254]/latest/meta-data/',
  ])('that hand out identities are not called: %s', async (url) => {
    expect(await call(client(answers('127.0.0.1')), url)).toBe('refused-address');
    expect(seen.dialled).toEqual([]);
  });
});

describe('a permitted address', () => {
  it.each(['8.8.8.8', '20.112.52.29', '168.63.129.17', '172.32.0.1', '2606:4700::1111', '2a01:111:f403::1'])(
    '%s is dialled, which shows that a socket would be seen',
    async (address) => {
      const host = familyOf(address) === 4 ? address : `[${address}]`;
      // What the watch refuses looks like trouble of the network.
      expect(await call(client(answers()), `https://${host}/hook`)).toBe('network');
      expect(await call(client(answers(address)), 'https://portal.example/hook')).toBe('network');
      expect(seen.dialled).toEqual([address, address]);
    },
  );

  it('is the one that was judged: a name that leads elsewhere the next time is judged the next time', async () => {
    const leads = ['8.8.8.8', '169.254.169.254', '8.8.4.4', '127.0.0.1'];
    let lookups = 0;
    const rebinding: ResolveName = async () => answers(leads[lookups++] ?? '127.0.0.1')('portal.example');
    const http = client(rebinding);
    const said = [];
    while (lookups < leads.length) said.push(await call(http, 'https://portal.example/hook'));
    expect(said).toEqual(['network', 'refused-address', 'network', 'refused-address']);
    expect(seen.dialled).toEqual(['8.8.8.8', '8.8.4.4']);
    expect(lookups).toBe(leads.length);
  });

  it('may send the desk elsewhere, but the desk does not go', async () => {
    const server = createServer((request, response) => {
      response.writeHead(307, { location: `https://${request.url?.slice(1) ?? ''}/` }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    seen.mayDial = ['127.0.0.1'];
    const http = client(answers('127.0.0.1'), [host]);
    for (const target of ['169.254.169.254', 'localhost', '8.8.8.8'])
      expect(await call(http, `http://${host}/${target}`)).toBe(307);
    expect(seen.dialled).toEqual(['127.0.0.1']);
    server.close();
    server.closeAllConnections();
  });
});
