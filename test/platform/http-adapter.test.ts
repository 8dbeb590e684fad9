import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/core/clock.ts';
import type { HttpCall } from '../../shared/platform/http.ts';
import { createGuardedHttp, createHttp, type ResolveName } from '../../shared/platform/node-http.http.ts';
import { movedClock } from '../support/moved-clock.ts';

const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<{ url: string; host: string; connections: () => number }> {
  const server = createServer(listener);
  let connections = 0;
  server.on('connection', () => connections++);
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return { url: `http://${host}/`, host, connections: () => connections };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const get = (url: string, more: Partial<HttpCall> = {}): HttpCall => ({
  method: 'GET',
  url,
  timeoutMs: 5_000,
  maxBytes: 1_000,
  ...more,
});

const http = createHttp({ clock: systemClock });

describe('the HTTP adapter', () => {
  it('sends method, headers and body, and answers status, lower-case headers and text', async () => {
    const { url } = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.setHeader('X-Seen', `${String(request.method)} ${String(request.headers['x-mine'])}`);
        response.setHeader('X-Length', String(request.headers['content-length']));
        response.writeHead(201).end(Buffer.concat(chunks));
      });
    });
    const answer = await http(get(url, { method: 'POST', headers: { 'x-mine': 'yes' }, body: 'naïve 日本' }));
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ 'x-seen': 'POST yes', 'x-length': '13' });
    expect(answer.body).toBe('naïve 日本');
  });

  it('keeps every byte of an answer that is no text, where that is asked for', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { url } = await serve((_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(bytes));
    });
    const { body } = await http(get(url, { bodyAs: 'latin1' }));
    expect(Buffer.from(body, 'latin1').equals(bytes)).toBe(true);
  });

  it('uses a connection again', async () => {
    const { url, connections } = await serve((_request, response) => response.end('ok'));
    for (let call = 0; call < 5; call++) await http(get(url));
    expect(connections()).toBe(1);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('inflates %s', async (encoding, compress) => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('packed'));
    });
    expect((await http(get(url))).body).toBe('packed');
  });

  it('takes an empty answer that calls itself gzip', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end();
    });
    expect((await http(get(url))).body).toBe('');
  });

  it('stops reading an answer that is too large', async () => {
    const { url } = await serve((_request, response) => response.end('x'.repeat(1_001)));
    const failure = { name: 'HttpFailure', reason: 'too-large', status: 200 };
    await expect(http(get(url))).rejects.toMatchObject(failure);
    expect((await http(get(url, { maxBytes: 1_001 }))).body).toHaveLength(1_001);
  });

  it('stops inflating an answer that grows too large', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('0'.repeat(500_000)));
    });
    await expect(http(get(url))).rejects.toMatchObject({ reason: 'too-large' });
  });

  it('does not follow a redirect', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await http(get(url))).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
  });

  it.each(['at once', 'after the head'])('gives up at the deadline when the server falls silent %s', async (when) => {
    const asked = Promise.withResolvers<undefined>();
    const { url } = await serve((_request, response) => {
      if (when !== 'at once') response.writeHead(200).write('half');
      asked.resolve(undefined);
    });
    const { clock, advance } = movedClock();
    const failed = createHttp({ clock })(get(url)).catch((error: unknown) => error);
    await asked.promise;
    await advance(5_000);
    expect(await failed).toMatchObject({ name: 'HttpFailure', reason: 'timeout' });
  });

  it('calls a broken answer, a refused connection and a foreign encoding network trouble', async () => {
    const broken = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half');
      setImmediate(() => response.destroy());
    });
    await expect(http(get(broken.url))).rejects.toMatchObject({ reason: 'network' });
    const packed = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip');
    });
    await expect(http(get(packed.url))).rejects.toMatchObject({ reason: 'network' });
    const odd = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'x' }).end('x'));
    await expect(http(get(odd.url))).rejects.toMatchObject({ reason: 'network' });
    await expect(http(get('http://127.0.0.1:1/'))).rejects.toMatchObject({ reason: 'network' });
  });

  it('reads again when the server closed the kept connection', async () => {
    let served = 0;
    const { url, connections } = await serve((request, response) => {
      served++;
      if (served === 2) request.socket.resetAndDestroy();
      else response.end('ok');
    });
    await http(get(url));
    expect((await http(get(url))).body).toBe('ok');
    expect(connections()).toBe(2);
  });

  it('does not send a POST again by itself', async () => {
    let served = 0;
    const { url } = await serve((request, response) => {
      served++;
      if (served === 2) request.socket.resetAndDestroy();
      else response.end('ok');
    });
    await http(get(url));
    await expect(http(get(url, { method: 'POST', body: '{}' }))).rejects.toMatchObject({ reason: 'network' });
    expect(served).toBe(2);
  });
});

const resolvesTo =
  (...addresses: string[]): ResolveName =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const guarded = (resolveName: ResolveName, allow: string[] = []) =>
  createGuardedHttp({ clock: systemClock, resolveName, allow });

describe('the guarded HTTP adapter', () => {
  it.each([
    ['a private address', ['10.0.0.7']],
    ['loopback', ['127.0.0.1']],
    ['the metadata address', ['169.254.169.254']],
    ['a private address among public ones', ['203.0.114.1', '192.168.0.1']],
    ['IPv4 inside of IPv6', ['::ffff:127.0.0.1']],
    ['nothing', []],
  ])('opens no socket for a name that leads to %s', async (_what, addresses) => {
    const call = guarded(resolvesTo(...addresses))(get('https://portal.example/'));
    await expect(call).rejects.toMatchObject({ reason: 'refused-address' });
  });

  it.each(['https://127.0.0.1/', 'https://0x7f000001/', 'https://[::1]/', 'http://portal.example/', 'not a url'])(
    'refuses %s without a look-up',
    async (url) => {
      let lookups = 0;
      const counting: ResolveName = async () => {
        lookups++;
        return [];
      };
      await expect(guarded(counting)(get(url))).rejects.toMatchObject({ reason: 'refused-address' });
      expect(lookups).toBe(0);
    },
  );

  it('judges the very answer that it dials: one look-up per connection', async () => {
    let lookups = 0;
    const rebinding: ResolveName = async () => {
      lookups++;
      return lookups === 1 ? [{ address: '127.0.0.1', family: 4 }] : [{ address: '203.0.114.1', family: 4 }];
    };
    await expect(guarded(rebinding)(get('https://portal.example/'))).rejects.toMatchObject({
      reason: 'refused-address',
    });
    expect(lookups).toBe(1);
  });

  it('says network when the name is unknown', async () => {
    const unknown: ResolveName = async () => {
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    };
    await expect(guarded(unknown)(get('https://portal.example/'))).rejects.toMatchObject({ reason: 'network' });
  });

  it('calls an excepted host and port over plain http', async () => {
    const { url, host } = await serve((_request, response) => response.end('ok'));
    expect((await guarded(resolvesTo(), [host])(get(url))).body).toBe('ok');
    await expect(guarded(resolvesTo(), [])(get(url))).rejects.toMatchObject({ reason: 'refused-address' });
  });
});
