import { randomUUID } from 'node:crypto';
import { authorize } from './cloud.ts';
import type { Cloud } from './cloud.ts';
import { Refusal } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import { customers, partner } from './seed-world.ts';
import type { SeedCustomer } from './seed-world.ts';
import { createThrottle } from './throttle.ts';
import type { Throttle } from './throttle.ts';
import type { Claims } from './tokens.ts';

type PartnerTrouble = { status: number; code: string; description: string; data?: string[] };

/** Business error of Partner Center; its code is a number written as text. Microsoft docs: Partner Center error codes. */
export function partnerRefusal(trouble: PartnerTrouble): Refusal {
  const { status, ...body } = trouble;
  return new Refusal({ status, body: { ...body, source: 'PartnerAPI' } });
}

export function link(uri: string) {
  return { uri, method: 'GET', headers: [] as { key: string; value: string }[] };
}

/** Microsoft docs: customer, subscription and order resources, 500 requests a minute per tenant identifier. */
export function partnerThrottle(): Throttle {
  return createThrottle([{ limit: 500, windowSeconds: 60 }]);
}

/** Which credentials a resource takes; Microsoft docs name them per page. */
type PartnerAccess = { isUserNeeded: boolean; throttle: Throttle };

export async function callerOfPartnerCenter(
  cloud: Cloud,
  request: ApiRequest,
  { isUserNeeded, throttle }: PartnerAccess,
): Promise<Claims> {
  const claims = await authorize(cloud, {
    request,
    api: 'partnercenter',
    refuse: (trouble) =>
      partnerRefusal(
        trouble === 'audience'
          ? { status: 401, code: '900420', description: 'The audience of the token is not valid for this API.' }
          : { status: 401, code: '400', description: 'Access denied' },
      ),
  });
  if (claims.tid !== partner.tenantId) {
    throw partnerRefusal({ status: 401, code: '400', description: 'Access denied' });
  }
  const isApplication = claims.idtyp === 'app';
  if (isApplication && isUserNeeded) {
    throw partnerRefusal({
      status: 403,
      code: '900329',
      description: "This resource can't be used with an application-only token.",
    });
  }
  if (!isApplication && !claims.amr?.includes('mfa')) {
    throw partnerRefusal({
      status: 401,
      code: '900421',
      description: 'The token has no claim of multifactor sign-in.',
    });
  }
  const wait = throttle.take(claims.tid, cloud.now());
  if (wait === undefined) return claims;
  throw new Refusal({
    status: 429,
    headers: { 'retry-after': String(wait) },
    body: { statusCode: 429, message: `Rate limit is exceeded. Try again in ${String(wait)} seconds.` },
  });
}

/** The customer of a path, or the answer for a tenant that is none. */
export function customerOf(request: ApiRequest): SeedCustomer {
  const id = request.param('customer').toLowerCase();
  const customer = customers.find((one) => one.tenantId === id);
  if (customer) return customer;
  throw partnerRefusal({
    status: 403,
    code: '20002',
    description: `The partner has no commerce relationship with the customer ${id}.`,
  });
}

/** Adds the tracing headers that every answer of Partner Center carries; request id and correlation id are echoed. */
export function withTracing(request: ApiRequest, reply: Reply): Reply {
  const echo = (name: string) => {
    const given = request.headers[name];
    return typeof given === 'string' ? given : randomUUID();
  };
  const tracing = {
    'ms-requestid': echo('ms-requestid'),
    'ms-correlationid': echo('ms-correlationid'),
    'ms-cv': randomUUID().slice(0, 8) + '.0',
    // Whoever has none is refused before.
    ...(request.headers.validatemfa === 'true' && { ismfacompliant: 'true' }),
  };
  return { ...reply, headers: { ...tracing, ...reply.headers } };
}
