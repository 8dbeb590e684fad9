import * as z from 'zod';
import { limits } from '../core/limits.ts';
import type { AuditRecord, AuditSource } from './customers-source.ts';
import {
  collectionSchema,
  nextToken,
  partnerCenterCall,
  type PartnerCenterDeps,
} from './partner-center-call.partnercenter.ts';

const recordSchema = z.looseObject({
  id: z.string().min(1),
  customerId: z.string().nullish(),
  resourceType: z.string().nullish(),
  operationType: z.string().nullish(),
  operationStatus: z.string().nullish(),
  operationDate: z.string().nullish(),
});

/** Microsoft docs: "Get a record of Partner Center activity", "Auditing resources". Application tokens are taken. */
export function partnerCenterAudit(deps: PartnerCenterDeps): AuditSource {
  const call = partnerCenterCall(deps);
  return async (connectionId, { startDate, continuation }) => {
    const size = String(limits.auditPageRecords);
    const seek = continuation === undefined ? '' : '&seekOperation=Next';
    const path = `/auditrecords?startDate=${startDate}&size=${size}${seek}`;
    const collection = await call(connectionId, { path, token: continuation, schema: collectionSchema });
    const records = collection.items.flatMap((item) => toRecord(item) ?? []);
    const next = nextToken(collection, continuation);
    return {
      records,
      skipped: collection.items.length - records.length,
      ...(next !== undefined && { continuation: next }),
    };
  };
}

function toRecord(item: unknown): AuditRecord | undefined {
  const parsed = recordSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { id, customerId, resourceType, operationType, operationStatus, operationDate } = parsed.data;
  const at = utcTime(operationDate ?? '');
  return {
    id,
    tenantId: z.guid().safeParse(customerId).data?.toLowerCase(),
    resourceType: (resourceType ?? '').toLowerCase(),
    operationType: (operationType ?? '').toLowerCase(),
    hasFailed: operationStatus?.toLowerCase() === 'failed',
    at: Number.isNaN(at) ? undefined : new Date(at).toISOString(),
  };
}

/** Microsoft's times are UTC, also where they do not say so. */
const utcTime = (text: string): number => Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
