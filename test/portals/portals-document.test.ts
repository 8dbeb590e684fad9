import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { noticeTypes } from '../../shared/portals/notice-types.ts';
import { recipeNames } from '../../shared/portals/inbound.ts';
import { mapFields } from '../../shared/portals/field-map.ts';
import { inboundOf } from '../../shared/portals/recipes/recipes.ts';
import * as contracts from '../../shared/portals/route-contracts.ts';
import { sentPortalSchema } from '../../shared/portals/sent-portal.ts';
import { parseWebhookSecrets, verifyWebhook } from '../../shared/portals/standard-webhooks.ts';
import { hookBodySchema } from '../../shared/requests/hook-data.ts';

const blocks = (path: string, language: string) =>
  [...readFileSync(path, 'utf8').matchAll(new RegExp(`^ *\`\`\`${language}\n([^]*?)^ *\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  );

/** The first line of a call, its headers, and its body. */
const callPattern = /^ *(\w+) \/(\S+)\n((?: *[A-Za-z-]+: .*\n)*)\s*([^]*)$/;
const callsIn = (path: string) =>
  blocks(path, 'http').map((block) => {
    const [, method = '', route = '', headers = '', body = ''] = callPattern.exec(block) ?? [];
    return { call: `${method} ${route.replace('/harbour', '/{id}')}`, headers, body };
  });

const calls = callsIn('docs/portals.md');
const hook = 'POST api/hooks/portals/{id}';
const bodies = [
  ...Object.values(contracts).flatMap((contract) =>
    'body' in contract ? [{ call: `${contract.method} ${contract.path}`, schema: contract.body, contract }] : [],
  ),
  { call: hook, schema: hookBodySchema, contract: {} },
];

describe('docs/portals.md', () => {
  it('shows each call that takes a body', () => {
    expect([...new Set(calls.map(({ call }) => call))].sort()).toEqual(bodies.map(({ call }) => call).sort());
  });

  it.each(calls)(
    'shows a body of $call that the desk takes, with the header that it wants',
    ({ call, headers, body }) => {
      const shown = bodies.find((one) => one.call === call);
      expect(shown?.schema.safeParse(JSON.parse(body)).error).toBeUndefined();
      const errors: readonly string[] = shown && 'errors' in shown.contract ? shown.contract.errors : [];
      expect(headers.startsWith('If-Match: "')).toBe(errors.includes('if-match-required'));
    },
  );

  it('shows each type of webhook that a portal sends, and names each that it gets', () => {
    const sent = calls
      .filter(({ call }) => call === hook)
      .map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(sent.sort()).toEqual(hookBodySchema.options.map(({ shape }) => shape.type.value).sort());
    const document = readFileSync('docs/portals.md', 'utf8');
    expect(noticeTypes.filter((type) => !document.includes(`\`${type}\``))).toEqual([]);
  });

  it('shows a script that signs what the desk takes', async () => {
    const [script = ''] = blocks('docs/portals.md', 'js');
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const message = JSON.stringify({ text: '日本語' });
    const verdicts: unknown[] = [];
    const server = createServer((request, response) => {
      const headers = new Headers(request.headers as Record<string, string>);
      void buffer(request).then((body) => {
        verdicts.push([body.toString(), verifyWebhook({ headers, body }, parseWebhookSecrets(secret), Date.now()).ok]);
        response.writeHead(202).end('{}');
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, 'send.mjs', address, secret]);
    child.stdin.end(message);
    expect(await text(child.stdout)).toBe('202 {}\n');
    expect(verdicts).toEqual([[message, true]]);
    server.close();
  });
});

describe.each(recipeNames)('docs/recipes/%s.md', (recipe) => {
  const path = `docs/recipes/${recipe}.md`;

  it('registers a portal with the recipe', () => {
    const [registering] = callsIn(path);
    expect(registering?.call).toBe('POST api/portals');
    expect(sentPortalSchema.parse(JSON.parse(registering?.body ?? ''))).toMatchObject({ inbound: { recipe } });
  });

  it('shows a payload that becomes a request', () => {
    const sent = sentPortalSchema.parse(JSON.parse(callsIn(path)[0]?.body ?? ''));
    const inbound = inboundOf(sent.inbound!, 'the-secret');
    const payload: unknown = JSON.parse(blocks(path, 'json')[0] ?? '');
    const body = inbound.kind === 'standard-webhooks' ? payload : mapFields(payload, inbound.fields, 0);
    expect(hookBodySchema.parse(body).type).toBe('support_request.created');
  });
});
