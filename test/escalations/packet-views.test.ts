import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import type { Packet } from '../../shared/escalations/packet.ts';
import { createReadPacket } from '../../shared/escalations/read-packet.ts';
import { isAppError, unavailable } from '../../shared/core/errors.ts';
import { anAssistedCase, caseNumber, id, olav, requestId, signe } from './an-assisted-case.ts';
import { aConnection, aCustomer, anAzureRequest, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

type Desk = Awaited<ReturnType<typeof aDesk>>;

const read = async (desk: Desk, accept?: string, caller = olav) =>
  desk.call('readPacket', { id, caller, headers: accept === undefined ? {} : { accept } });
const page = async (desk: Desk, caller = olav) => (await read(desk, 'text/html', caller)).text ?? '';
const markdown = async (desk: Desk, caller = olav) => (await read(desk, 'text/markdown', caller)).text ?? '';

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</pre><h1>Tenant</h1>',
  '# Heading\n\n[click](javascript:alert(1)) ![x](https://evil.example/x.png)',
  '```\n# out of the block\n````\n<b>',
  'one\u2028two\u2029three',
  'invoice\u202Efdp.exe\u2066',
  '&lt;b&gt; &amp; \u0000\u0007',
];

const unseen = /\p{Cc}(?<!\n)|[\u2028\u202e\u2066]/u;

async function aHostileCase(text: string) {
  const desk = await aDesk();
  desk.customers.set('ccustomer', aCustomer({ name: text }));
  desk.requests.set(
    requestId,
    aRequest({
      title: text,
      description: `${aRequest().description} ${text}`,
      attachments: [{ name: text, url: text }],
    }),
  );
  await desk.call('escalateRequest', { id: requestId });
  await desk.call('claimEscalation', { id });
  return desk;
}

/** The text of each element of a kind, as a browser reads it. */
const elements = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map(([, inner = '']) =>
    inner
      .replace(
        /&(lt|gt|quot|#39|amp);/g,
        (_, entity: string) => ({ lt: '<', gt: '>', quot: '"', '#39': "'" })[entity] ?? '&',
      )
      .replace(/^\n/, ''),
  );

describe('a packet by itself', () => {
  it('is JSON unless another form is named', async () => {
    const desk = await anAssistedCase();
    for (const accept of [undefined, '*/*', 'application/json', 'application/json, text/html;q=0.5', 'image/png']) {
      const { body, text } = await read(desk, accept);
      expect([text, (body as { title: string }).title]).toEqual([undefined, 'Outbound mail is late']);
    }
    const types = async (accept: string) => (await read(desk, accept)).headers?.['content-type'];
    expect(await types('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')).toContain('text/html');
    expect(await types('text/markdown')).toContain('text/markdown');
    expect(await types('text/html;q=0.5, text/markdown')).toContain('text/markdown');
  });

  it('shows its link to whose claim holds, in every form, and to nobody else', async () => {
    const desk = await anAssistedCase();
    const shows = async (caller: typeof olav) => {
      const forms = [
        JSON.stringify((await read(desk, undefined, caller)).body),
        await page(desk, caller),
        await markdown(desk, caller),
      ];
      return forms.map((form) => form.includes('admin.cloud.microsoft'));
    };
    expect(await shows(olav)).toEqual([false, false, false]);
    await desk.call('claimEscalation', { id, caller: olav });
    expect(await shows(olav)).toEqual([true, true, true]);
    expect(await shows(signe)).toEqual([false, false, false]);
    await desk.pass(31 * 60_000);
    expect(await shows(olav)).toEqual([false, false, false]);
  });

  it('asks for the ids of the contract for the claimant alone', async () => {
    const desk = await anAssistedCase();
    const packet = createReadPacket({
      ...desk.deps,
      contractIds: async () => ({ accessId: 'A-17', contractId: 'C-17' }),
    });
    const seen = async (caller: typeof olav) => JSON.stringify((await packet(id, caller, null)).body);
    await desk.call('claimEscalation', { id, caller: olav });
    expect(await seen(olav)).toContain('A-17');
    expect(await seen(signe)).not.toContain('A-17');
    expect(JSON.stringify([...desk.stores.of('escalations').partitions.values()].map((one) => [...one]))).not.toContain(
      'A-17',
    );
  });

  it('is shown while the vault is away too, and says that the ids could not be read', async () => {
    const readSecret = async () => Promise.reject(unavailable('vault', undefined));
    const desk = await aDesk({ change: { readSecret } });
    desk.requests.set(requestId, aRequest({ service: 'DynamicsCRM' }));
    await desk.call('escalateRequest', { id: requestId });
    await desk.call('claimEscalation', { id, caller: olav });
    const { status, body } = await read(desk);
    expect([status, (body as Packet).contract]).toEqual([200, { unavailable: true }]);
    expect((body as Packet).form.find(({ label }) => label === 'Access ID')).toMatchObject({
      value: '',
      missing: expect.stringContaining('The vault is away') as string,
    });
    expect(await page(desk)).toContain('The vault is away');
    expect(await markdown(desk, signe)).not.toContain('The vault is away');
  });

  it('says who may file, and until when', async () => {
    const desk = await anAssistedCase();
    expect(await page(desk)).toContain('Nobody has claimed it');
    await desk.call('claimEscalation', { id, caller: olav });
    expect(await page(desk)).toContain('Your claim holds until 2026-11-02T09:30:00.000Z');
    expect(await page(desk, signe)).toContain('olav claimed it, until 2026-11-02T09:30:00.000Z');
    await desk.call('recordFiling', { id, body: { caseNumber } });
    expect(await markdown(desk, signe)).toContain(`Filed already: case ${caseNumber}.`);
  });

  it('is there to be sent to the party that it was handed to', async () => {
    const desk = await aDesk({ change: { connections: () => aConnection({ role: 'reseller' }) } });
    desk.requests.set(requestId, anAzureRequest());
    expect(((await desk.call('escalateRequest', { id: requestId })).body as Escalation).state).toBe('handed-off');
    expect(await markdown(desk)).toContain('This is for the provider to solve or file');
    expect(((await read(desk)).body as { title: string }).title).toBe('Virtual machine cannot be reached');
  });

  it.each(['unknown', `${requestId}-9`])('is not found for %s', async (other) => {
    const desk = await anAssistedCase();
    const error = await desk.call('readPacket', { id: other }).catch((thrown: unknown) => thrown);
    expect(isAppError(error, 'not-found')).toBe(true);
  });
});

describe('the page of a packet', () => {
  it('lets nothing in but its own script and style, by their hashes', async () => {
    const desk = await anAssistedCase();
    const { text = '', headers = {} } = await read(desk, 'text/html');
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toContain('unsafe');
    for (const name of ['script', 'style']) {
      const inner = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(text)?.[1] ?? '';
      expect(policy).toContain(`'sha256-${createHash('sha256').update(inner).digest('base64')}'`);
    }
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).not.toMatch(/ (?:src|on\w+)=/);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  it('says the tenant large, and the least role', async () => {
    const desk = await anAssistedCase();
    const text = await page(desk);
    expect(text).toContain('<h1><span>You must be in the tenant of</span><bdi>Halvorsen Fisk AS</bdi></h1>');
    expect(text).toContain('Least role: Service Support Administrator (GDAP)');
  });

  it.each(hostile)('shows %j as text, nothing else', async (text) => {
    const html = await page(await aHostileCase(text));
    const plain = await page(await aHostileCase('plain'));
    const tags = (of: string) => [...of.matchAll(/<\/?[a-z0-9]+/g)].map(([tag]) => tag);
    expect(tags(html)).toEqual(tags(plain));
    expect(html).not.toMatch(unseen);
    const shown = text
      .replace(/[\u2028\u2029]/g, '\n')
      .replace(
        new RegExp(unseen, 'gu'),
        (one) => `[U+${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
      );
    expect(elements(html, 'pre')[0]).toBe(shown);
    expect(elements(html, 'bdi')[0]).toBe(shown);
  });
});

describe('the Markdown of a packet', () => {
  it.each(hostile)('keeps %j within its block', async (text) => {
    const lines = (await markdown(await aHostileCase(text))).split('\n');
    const plain = (await markdown(await aHostileCase('plain'))).split('\n');
    const outside = (of: string[]) => {
      let fence: string | undefined;
      return of.filter((line) => {
        if (fence === undefined) {
          fence = /^(`{3,})text$/.exec(line)?.[1];
          return fence === undefined;
        }
        if (line === fence) fence = undefined;
        return false;
      });
    };
    expect(outside(lines).slice(1)).toEqual(outside(plain).slice(1));
    expect(outside(lines)[0]?.slice(2)).not.toMatch(/(?<!\\)[<>[\]`!_*#@]|:\/\//);
  });
});
