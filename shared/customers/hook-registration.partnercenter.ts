import * as z from 'zod';
import { SourceFailure } from './customers-source.ts';
import type { HookRegistrations } from './hook-registration.ts';
import { partnerCenterHeaders, type PartnerCenterDeps } from './partner-center-call.partnercenter.ts';
import { inCamelCase } from './partner-center-event.ts';
import { exchange, jsonOf, refusal, type UpstreamCall } from './upstream-json.http.ts';

const loose = <Shape extends z.ZodRawShape>(shape: Shape) => z.preprocess(inCamelCase, z.looseObject(shape));

const eventsSchema = z.array(z.string().max(100)).max(500);
const registrationSchema = loose({
  webhookUrl: z.string(),
  webhookEvents: z.array(z.string()),
  signatureTokenToMsSignatureHeader: z.boolean().nullish(),
});
const askedSchema = loose({ correlationId: z.guid() });
const validationSchema = loose({
  status: z.string().max(100),
  results: z.array(loose({ responseCode: z.union([z.string().max(100), z.number()]).nullish() })).nullish(),
});

type HookCall = Pick<UpstreamCall, 'method' | 'body'>;

/** Microsoft docs: "Partner Center webhooks". Application tokens are taken. */
export function partnerCenterHooks(deps: PartnerCenterDeps): HookRegistrations {
  const send = async (connectionId: string, path: string, more: HookCall = {}) => {
    const connection = deps.cloud.connections.find(({ id }) => id === connectionId);
    if (!connection) throw new SourceFailure('refused', 'There is no such connection.');
    return exchange(deps, {
      want: { tenantId: connection.tenantId, resource: 'partnercenter', connectionId, way: 'app' },
      url: `${deps.cloud.endpoints.partnerCenterBaseUrl}/webhooks/v1/registration${path}`,
      headers: partnerCenterHeaders(deps.ids),
      ...more,
    });
  };
  const ask = async (connectionId: string, path: string, more?: HookCall) => {
    const answer = await send(connectionId, path, more);
    if (answer.status < 200 || answer.status > 299) throw refusal(answer, deps.clock.now());
    return answer.body;
  };
  return {
    events: async (connectionId) => parsed(eventsSchema, await ask(connectionId, '/events')),
    read: async (connectionId) => {
      const answer = await send(connectionId, '');
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw refusal(answer, deps.clock.now());
      const { webhookUrl, webhookEvents, signatureTokenToMsSignatureHeader } = parsed(registrationSchema, answer.body);
      return { url: webhookUrl, events: webhookEvents, isOwnHeader: signatureTokenToMsSignatureHeader === true };
    },
    write: async (connectionId, { url, events, isOwnHeader }, isNew) => {
      const body = { WebhookUrl: url, WebhookEvents: events, SignatureTokenToMsSignatureHeader: isOwnHeader };
      await ask(connectionId, '', { method: isNew ? 'POST' : 'PUT', body });
    },
    validate: async (connectionId) =>
      parsed(askedSchema, await ask(connectionId, '/validationEvents', { method: 'POST' })).correlationId,
    validation: async (connectionId, correlationId) => {
      const body = await ask(connectionId, `/validationEvents/${correlationId}`);
      const { status, results } = parsed(validationSchema, body);
      const code = results?.at(-1)?.responseCode;
      return { status, ...(code !== undefined && code !== null && { responseCode: String(code) }) };
    },
  };
}

function parsed<T>(schema: z.ZodType<T>, body: string): T {
  try {
    return schema.parse(jsonOf(body));
  } catch (cause) {
    throw new SourceFailure('unreadable', 'The answer is not what it must be.', { status: 200, cause });
  }
}
