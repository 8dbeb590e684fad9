import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Cloud } from './cloud.ts';
import { callerOfPartnerCenter, partnerRefusal, withTracing } from './partner-center-access.ts';
import { isoTime, jsonObject, Refusal } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { guidOf, partner } from './seed-world.ts';
import type { Change, State } from './state.ts';
import { createThrottle } from './throttle.ts';
import type { Throttle } from './throttle.ts';
import { eventNames, eventOf, testCreated } from './webhook-events.ts';
import type { WebhookSender } from './webhook-sender.ts';

const registrationSchema = z.looseObject({
  WebhookUrl: z.url(),
  WebhookEvents: z.array(z.literal(eventNames)).min(1),
  SignatureTokenToMsSignatureHeader: z.boolean().optional(),
});

type Result = { responseCode: string; responseMessage: string; systemError: boolean; dateTimeUtc: string };
type Validation = { status: string; callbackUrl: string; results: Result[] };

type WebhookOptions = { cloud: Cloud; sender: WebhookSender; throttle: Throttle };

const root = '/webhooks/v1/registration';

/**
 * The partner's registration for webhooks. Microsoft docs: "Partner Center webhooks". Only the signature in `x-ms-signature` is
 * simulated. What became of validation events is forgotten with the process.
 */
export function partnerCenterWebhookRoutes({ cloud, sender, throttle }: WebhookOptions): Route[] {
  const validations = new Map<string, Validation>();
  const validationThrottle = createThrottle([{ limit: 2, windowSeconds: 60 }]);
  const guarded = (handle: (request: ApiRequest) => Reply | Promise<Reply>) => async (request: ApiRequest) => {
    await callerOfPartnerCenter(cloud, request, { isUserNeeded: false, throttle });
    return withTracing(request, await handle(request));
  };

  const validate = (): Reply => {
    const { webhook } = cloud.state;
    if (!webhook?.events.includes('test-created')) throw invalid('test-created');
    const wait = validationThrottle.take(partner.tenantId, cloud.now());
    if (wait !== undefined) throw new Refusal({ status: 429, headers: { 'retry-after': String(wait) } });
    const correlationId = randomUUID();
    const validation: Validation = { status: 'pending', callbackUrl: webhook.url, results: [] };
    validations.set(correlationId, validation);
    const body = JSON.stringify(testCreated(correlationId, cloud.now()));
    void sender.send(webhook.url, body, ({ status }) => {
      validation.results.push(resultOf(status, cloud.now()));
      if (status !== undefined && status < 300) validation.status = 'completed';
    });
    return { status: 200, body: { correlationId } };
  };

  const outcome = (request: ApiRequest): Reply => {
    const correlationId = request.param('correlation').toLowerCase();
    const validation = validations.get(correlationId);
    if (!validation) throw notFound();
    return { status: 200, body: { correlationId, partnerId: partner.tenantId, ...validation } };
  };

  return [
    {
      name: 'partnercenter.webhookEvents.get',
      path: `${root}/events`,
      handle: guarded(() => ({ status: 200, body: eventNames })),
    },
    {
      name: 'partnercenter.webhookRegistration.get',
      path: root,
      handle: guarded(() => registered(cloud)),
    },
    {
      name: 'partnercenter.webhookRegistration.post',
      path: root,
      handle: guarded(async (request) => {
        if (cloud.state.webhook) throw partnerRefusal({ status: 409, code: '409', description: 'Already registered' });
        return register(cloud, request);
      }),
    },
    {
      name: 'partnercenter.webhookRegistration.put',
      path: root,
      handle: guarded(async (request) => {
        if (!cloud.state.webhook) throw notFound();
        return register(cloud, request);
      }),
    },
    { name: 'partnercenter.validationEvents.post', path: `${root}/validationEvents`, handle: guarded(validate) },
    {
      name: 'partnercenter.validationEvents.get',
      path: `${root}/validationEvents/:correlation`,
      handle: guarded(outcome),
    },
    {
      // Stands for the storage account that holds the certificate; open to all.
      name: 'partnercenter.certificate.get',
      path: '/cert/:file',
      handle: async (request) => {
        const pem = await sender.certificate(request.param('file'));
        return pem === undefined ? { status: 404 } : { status: 200, text: pem };
      },
    },
  ];
}

const notFound = () => partnerRefusal({ status: 404, code: '1000', description: 'Not found' });
const invalid = (property: string) =>
  partnerRefusal({ status: 400, code: '3000', description: 'Invalid property', data: [property] });

function registered({ state: { webhook } }: Cloud): Reply {
  if (!webhook) throw notFound();
  return {
    status: 200,
    body: {
      SubscriberId: guidOf('webhooks:subscriber'),
      WebhookUrl: webhook.url,
      WebhookEvents: webhook.events,
      SignatureTokenToMsSignatureHeader: webhook.isOwnHeader,
      Properties: {},
      LastModifiedTimestamp: isoTime(webhook.at),
    },
  };
}

async function register(cloud: Cloud, { body }: ApiRequest): Promise<Reply> {
  const { data: wanted } = registrationSchema.safeParse(jsonObject(body));
  if (!wanted) throw invalid('WebhookEvents');
  const { WebhookUrl: url, WebhookEvents: events, SignatureTokenToMsSignatureHeader: isOwnHeader = false } = wanted;
  await cloud.commit({ at: cloud.now(), type: 'webhook-registered', url, events, isOwnHeader });
  return registered(cloud);
}

const names: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  401: 'Unauthorized',
  503: 'ServiceUnavailable',
};

const resultOf = (status: number | undefined, now: number): Result => ({
  responseCode: status === undefined ? 'ServiceUnavailable' : (names[status] ?? String(status)),
  responseMessage: '',
  systemError: false,
  // Without a zone, as documented.
  dateTimeUtc: isoTime(now).replace('Z', ''),
});

/** Tells the registered address of a change, if that is an event which it asked for. */
export function tellChange({ webhook }: State, sender: WebhookSender, change: Change): void {
  const event = eventOf(change);
  if (event && webhook?.events.includes(event.EventName)) void sender.send(webhook.url, JSON.stringify(event));
}
