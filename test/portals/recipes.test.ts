import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { inboundSchema, recipeNames, sentInboundSchema } from '../../shared/portals/inbound.ts';
import { inboundOf } from '../../shared/portals/recipes/recipes.ts';
import { sentRequestSchema } from '../../shared/requests/request.ts';
import { aSender } from './a-sender.ts';
import { autotaskPayloads, connectwisePayloads, halopsaPayloads, zendeskPayloads } from './recipe-payloads.ts';

const nowMs = Date.parse('2026-11-02T09:00:00Z');
const secret = 'the-secret-of-this-psa-0123456789';
const contact = { name: 'Service desk', email: 'desk@partner.example' };

/** How each PSA proves itself by its documents, written down here once more and without our verifier. */
const psas = {
  zendesk: {
    payloads: zendeskPayloads,
    sign: (body: string) => {
      const time = '2026-11-02T08:59:30Z';
      return {
        'X-Zendesk-Webhook-Id': '01GK8E6BKWMJZD2T8Y5AXJQMG5',
        'X-Zendesk-Webhook-Signature-Timestamp': time,
        'X-Zendesk-Webhook-Signature': createHmac('sha256', secret)
          .update(time + body)
          .digest('base64'),
      };
    },
    customer: '8447346621310',
    ticket: '5158',
    severity: 'moderate',
    contact,
  },
  connectwise: {
    payloads: connectwisePayloads,
    sign: (body: string) => {
      const key = createHash('sha256').update(secret, 'utf8').digest();
      return { 'x-content-signature': createHmac('sha256', key).update(body, 'utf8').digest('base64') };
    },
    customer: '250',
    ticket: '5158',
    severity: 'critical',
    contact: { name: 'Ada Fisher', email: 'ada@fisher.example' },
  },
  autotask: {
    payloads: autotaskPayloads,
    sign: (body: string) => ({
      'X-Hook-Signature': `sha1=${createHmac('sha1', secret).update(body).digest('base64')}`,
    }),
    customer: '174',
    ticket: '351181',
    severity: 'critical',
    contact,
  },
  halopsa: {
    payloads: halopsaPayloads,
    sign: () => ({ authorization: `Basic ${Buffer.from(`halopsa:${secret}`).toString('base64')}` }),
    customer: '12',
    ticket: '5158',
    severity: 'moderate',
    contact: { name: 'Ada Fisher', email: 'ada@fisher.example' },
  },
};
type Psa = keyof typeof psas;
const names = Object.keys(psas) as Psa[];
const signing = names.filter((name) => name !== 'halopsa');

async function deskFor(name: Psa) {
  const { sign, payloads } = psas[name];
  const inbound = inboundOf(sentInboundSchema.parse({ recipe: name, contact }), 'the-secret');
  const { identify } = await aSender(inbound, secret, nowMs);
  const send = async (kind: string, change: (body: string) => string = (body) => body) => {
    const body = JSON.stringify((payloads as Record<string, object>)[kind]);
    return identify(sign(body), change(body));
  };
  return { identify, send };
}

const hookBodySchema = z.strictObject({
  type: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
  data: z.unknown(),
});
const externalRef = z.strictObject({ system: z.string(), id: z.string() });
const dataSchemas = {
  created: sentRequestSchema,
  commented: z.strictObject({ externalRef, text: z.string().min(1) }),
  closed: z.strictObject({ externalRef, reason: z.string().min(1) }),
};

describe.each(names)('the recipe for %s', (name) => {
  const psa = psas[name];
  const ref = { system: name, id: psa.ticket };

  it('takes a new ticket as a request that the desk accepts', async () => {
    const { send } = await deskFor(name);
    const { portal, body } = await send('created');
    expect(portal.id).toBe('harbour');
    const { type, timestamp, data } = hookBodySchema.parse(body);
    expect(type).toBe('support_request.created');
    expect(Date.parse(timestamp)).toBeGreaterThan(nowMs - 61_000);
    expect(dataSchemas.created.parse(data)).toEqual({
      customer: { externalRef: { system: name, id: psa.customer } },
      title: 'Outlook does not send',
      description: 'Since nine nobody in the branch gets mail.',
      severity: psa.severity,
      contact: psa.contact,
      externalRefs: [ref],
    });
  });

  const later = (['commented', 'closed'] as const).filter((kind) => kind in psa.payloads);
  it.each(later)('takes a ticket that is %s by its own number', async (kind) => {
    const { send } = await deskFor(name);
    const { type, data } = hookBodySchema.parse((await send(kind)).body);
    expect(type).toBe(`support_request.${kind}`);
    expect(dataSchemas[kind].parse(data).externalRef).toEqual(ref);
  });

  it('ignores what the desk does not want to know', async () => {
    const { send } = await deskFor(name);
    const taken = ['created', 'createdByNobody', 'commented', 'closed'];
    const others = Object.keys(psa.payloads).filter((kind) => !taken.includes(kind));
    expect(others).not.toEqual([]);
    for (const kind of others) expect((await send(kind)).body).toMatchObject({ type: 'unmapped', data: {} });
  });

  it('names the same bytes by the same id, and others by another', async () => {
    const { send } = await deskFor(name);
    const first = (await send('created')).webhookId;
    expect((await send('created')).webhookId).toBe(first);
    expect((await send('closed')).webhookId).not.toBe(first);
  });

  it('refuses whoever does not know the secret, and whoever shows nothing', async () => {
    const { identify } = await deskFor(name);
    const body = JSON.stringify(psa.payloads.created);
    const headers = Object.entries(psa.sign(body)).map(([header, value]) => [header, value.replace(/\w{4}/, 'AAAA')]);
    await expect(identify(Object.fromEntries(headers) as Record<string, string>, body)).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await expect(identify({}, body)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe.each(signing)('the recipe for %s', (name) => {
  it('refuses every changed byte', async () => {
    const { send } = await deskFor(name);
    const { length } = JSON.stringify(psas[name].payloads.created);
    for (let at = 0; at < length; at += 7) {
      const change = (body: string) =>
        body.slice(0, at) + String.fromCharCode(body.charCodeAt(at) ^ 1) + body.slice(at + 1);
      await expect(send('created', change)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
  });

  it('takes a ticket of no customer under a name that nobody is mapped to, so that a person sees it', async () => {
    const { send } = await deskFor(name);
    const { data } = hookBodySchema.parse((await send('createdByNobody')).body);
    const request = dataSchemas.created.parse(data);
    expect(request.customer).toEqual({ externalRef: { system: name, id: 'none' } });
    expect(request.contact).toEqual(contact);
  });
});

describe('recipes', () => {
  it.each(recipeNames)('%s is written out with the place of its secret', (recipe) => {
    const inbound = inboundOf(sentInboundSchema.parse({ recipe, contact }), 'the-secret');
    expect(inboundSchema.parse(inbound)).toEqual(inbound);
    expect(inbound.secretName).toBe('the-secret');
  });

  it('need a contact where the payload names none', () => {
    const taken = recipeNames.filter((recipe) => sentInboundSchema.safeParse({ recipe }).success);
    expect(taken).toEqual(['servicenow', 'halopsa', 'connectwise']);
  });

  it('can be sent written out, but not longer than a row can keep', () => {
    const inbound = inboundOf({ recipe: 'zendesk', contact }, 'the-secret');
    const described = Object.fromEntries(Object.entries(inbound).filter(([name]) => name !== 'secretName'));
    expect(sentInboundSchema.parse(described)).toEqual(described);
    expect(sentInboundSchema.safeParse({ ...described, secretName: 'mine' }).success).toBe(false);
    const words = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [String(n), 'x'.repeat(100)]));
    const fields = {
      events: [
        {
          type: 'support_request.closed',
          when: [],
          timestamp: { from: ['at'] },
          data: { reason: { from: ['a'], words } },
        },
      ],
    };
    expect(sentInboundSchema.safeParse({ ...described, fields }).success).toBe(false);
  });
});
