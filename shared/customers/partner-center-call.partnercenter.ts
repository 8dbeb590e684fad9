import * as z from 'zod';
import type { Ids } from '../core/ids.ts';
import type { DeskCloud } from './cloud.ts';
import { SourceFailure } from './customers-source.ts';
import { getJson, type UpstreamDeps } from './upstream-json.http.ts';

export type PartnerCenterDeps = UpstreamDeps & { ids: Pick<Ids, 'newUuid'>; cloud: DeskCloud };

type PartnerCenterCall<T> = {
  /** Below `/v1`. */
  path: string;
  schema: z.ZodType<T>;
  /** Continuation token of the page. */
  token?: string | undefined;
  way?: 'app' | 'delegated';
};

export type CallPartnerCenter = <T>(connectionId: string, call: PartnerCenterCall<T>) => Promise<T>;

const continuationHeader = 'MS-ContinuationToken';

/** Microsoft docs: "Partner Center REST headers". */
export const partnerCenterHeaders = (ids: Pick<Ids, 'newUuid'>): Record<string, string> => ({
  'MS-RequestId': ids.newUuid(),
  'MS-CorrelationId': ids.newUuid(),
  'MS-Contract-Version': 'v1',
  'X-Locale': 'en-US',
});

const linkSchema = z.looseObject({
  headers: z.array(z.looseObject({ key: z.string(), value: z.string() })).nullish(),
});
export const collectionSchema = z.looseObject({
  items: z.array(z.unknown()),
  links: z.looseObject({ next: linkSchema.nullish() }).nullish(),
  continuationToken: z.string().nullish(),
});
export type Collection = z.output<typeof collectionSchema>;

/**
 * One GET at Partner Center, at no other host: links of an answer give tokens, never addresses. Microsoft docs: "Headers".
 */
export const partnerCenterCall =
  (deps: PartnerCenterDeps): CallPartnerCenter =>
  async (connectionId, { path, schema, token, way = 'app' }) => {
    const connection = deps.cloud.connections.find((one) => one.id === connectionId);
    if (!connection) throw new SourceFailure('refused', 'There is no such connection.');
    return getJson(deps, {
      want: { tenantId: connection.tenantId, resource: 'partnercenter', connectionId, way },
      url: `${deps.cloud.endpoints.partnerCenterBaseUrl}/v1${path}`,
      headers: { ...partnerCenterHeaders(deps.ids), ...(token !== undefined && { [continuationHeader]: token }) },
      schema,
    });
  };

/**
 * Only `links.next` says that there is more: `links.self` of a later page carries a token too. One without a token is no last
 * page: whoever comes after it would be taken for gone. `present`: the token by which this page was asked for.
 */
export function nextToken({ links, continuationToken }: Collection, present: string | undefined): string | undefined {
  if (!links?.next) return undefined;
  const named = links.next.headers?.find(({ key }) => key.toLowerCase() === continuationHeader.toLowerCase());
  const token = [named?.value, continuationToken].find((text) => text);
  if (!token) throw unreadable('The list has a next page and no continuation token.');
  if (token === present) throw unreadable('The list repeats its continuation token.');
  return token;
}

export const unreadable = (message: string): SourceFailure => new SourceFailure('unreadable', message, { status: 200 });
