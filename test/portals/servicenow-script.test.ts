import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { inboundOf } from '../../shared/portals/recipes/recipes.ts';
import { sentRequestSchema } from '../../shared/requests/request.ts';
import { aSecret } from './a-portal.ts';
import { aSender } from './a-sender.ts';

const nowMs = Date.parse('2026-11-02T09:00:00Z');
const [, script = ''] = /```js\n([^]*?)```/.exec(readFileSync('docs/recipes/servicenow.md', 'utf8')) ?? [];

type Sent = { headers: Record<string, string>; body: string };

/** Runs the script of the recipe against the parts of ServiceNow that it uses, as their documents describe them. */
function runRule(incident: { operation: string; changed?: string[]; fields?: Record<string, string> }): Sent[] {
  const sent: Sent[] = [];
  const properties: Record<string, string> = {
    'csp_desk.url': 'https://desk.example/hook',
    'csp_desk.secret': aSecret,
  };
  const fields: Record<string, string> = {
    sys_mod_count: '3',
    sys_updated_on: '2026-11-02 08:59:00',
    company: '31bea3d53790200044e0bfc8bcbe5dec',
    short_description: 'Outlook does not send',
    description: 'In der Außenstelle geht seit neun keine Post raus. 日本 😀',
    priority: '1',
    ...incident.fields,
  };
  const changed = incident.changed ?? [];
  const current = {
    operation: () => incident.operation,
    getUniqueValue: () => '9d385017c611228701d22104cc95c371',
    getValue: (name: string) => fields[name] ?? null,
    caller_id: { name: 'Ada Fischer', email: 'ada@fischer.example' },
    comments: { changes: () => changed.includes('comments'), getJournalEntry: () => 'Immer noch so.' },
    state: { changesTo: (state: number) => changed.includes(`state:${String(state)}`) },
  };
  class RESTMessageV2 {
    headers: Record<string, string> = {};
    body = '';
    setEndpoint() {
      return undefined;
    }
    setHttpMethod() {
      return undefined;
    }
    setRequestHeader(name: string, value: string) {
      this.headers[name] = value;
    }
    setRequestBody(body: string) {
      this.body = body;
    }
    execute() {
      sent.push({ headers: this.headers, body: this.body });
      return { getStatusCode: () => 202 };
    }
  }
  class GlideCertificateEncryption {
    generateMac(key: string, _algorithm: 'HmacSHA256', data: string) {
      return createHmac('sha256', Buffer.from(key, 'base64')).update(data).digest('base64');
    }
  }
  class GlideDateTime {
    getNumericValue() {
      return nowMs;
    }
  }
  const gs = { getProperty: (name: string) => properties[name], error: (text: string) => expect.fail(text) };
  runInNewContext(script, {
    current,
    previous: {},
    gs,
    sn_ws: { RESTMessageV2 },
    GlideCertificateEncryption,
    GlideDateTime,
  });
  return sent;
}

const desk = async () => aSender(inboundOf({ recipe: 'servicenow' }, 'the-secret'), aSecret, nowMs);
const ref = { system: 'servicenow', id: '9d385017c611228701d22104cc95c371' };
const bodyOf = ({ body }: Sent) => JSON.parse(body) as { type: string; timestamp: string; data: unknown };

describe('the script for ServiceNow', () => {
  it('sends a new incident as a request that the desk accepts, signed, in ASCII', async () => {
    const [sent, ...more] = runRule({ operation: 'insert' });
    expect(more).toEqual([]);
    const { identify } = await desk();
    const { webhookId, body } = await identify(sent!.headers, sent!.body);
    expect({ webhookId, body }).toEqual({ webhookId: `${ref.id}-3-n`, body: undefined });
    expect(sent!.body).toMatch(/^[\x20-\x7e]+$/);
    const { type, timestamp, data } = bodyOf(sent!);
    expect({ type, timestamp }).toEqual({ type: 'support_request.created', timestamp: '2026-11-02T08:59:00Z' });
    expect(sentRequestSchema.parse(data)).toEqual({
      customer: { externalRef: { system: 'servicenow', id: '31bea3d53790200044e0bfc8bcbe5dec' } },
      title: 'Outlook does not send',
      description: 'In der Außenstelle geht seit neun keine Post raus. 日本 😀',
      severity: 'critical',
      contact: { name: 'Ada Fischer', email: 'ada@fischer.example' },
      externalRefs: [ref],
    });
  });

  it('sends a comment and the end of an incident under ids of their own, and nothing at other changes', async () => {
    const sent = runRule({ operation: 'update', changed: ['comments', 'state:6'] });
    expect(sent.map((message) => [bodyOf(message).type, bodyOf(message).data])).toEqual([
      ['support_request.commented', { externalRef: ref, text: 'Immer noch so.' }],
      ['support_request.closed', { externalRef: ref, reason: 'Resolved in ServiceNow.' }],
    ]);
    const { identify } = await desk();
    const ids = await Promise.all(sent.map(async ({ headers, body }) => (await identify(headers, body)).webhookId));
    expect(new Set(ids).size).toBe(2);
    expect(runRule({ operation: 'update', changed: ['state:2'] })).toEqual([]);
  });

  it('is refused with a changed byte', async () => {
    const [sent] = runRule({ operation: 'insert' });
    const { identify } = await desk();
    await expect(identify(sent!.headers, sent!.body.replace('Outlook', 'Outlool'))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });
});
