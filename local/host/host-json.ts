import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as z from 'zod';

const timeSpan = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/;

/** A .NET TimeSpan (`hh:mm:ss` or `d.hh:mm:ss`) as milliseconds. */
const timeSpanMs = z
  .string()
  .regex(timeSpan, 'is not a time span such as 00:05:00')
  .transform((text) => {
    const [days, hours, minutes, seconds] = (timeSpan.exec(text) ?? []).slice(1).map((part) => Number(part || 0));
    return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
  });

/** Microsoft docs, host.json: -1 means that functions may run without a bound. */
const functionTimeoutMs = z.union([z.literal('-1').transform(() => Infinity), timeSpanMs]);

const ignored = z.unknown().optional();

/**
 * The settings of host.json that this host follows, with the platform's defaults (Microsoft docs: host.json
 * reference, HTTP and Service Bus bindings). A misspelt name in a section that it follows is refused; sections of no
 * use here (logging, bundles) pass unread.
 */
export const hostSchema = z.object({
  version: z.literal('2.0'),
  functionTimeout: functionTimeoutMs.prefault('00:30:00'),
  extensions: z
    .object({
      http: z
        .strictObject({
          routePrefix: z.string().default('api'),
          customHeaders: z.record(z.string(), z.string()).default({}),
          maxOutstandingRequests: ignored,
          maxConcurrentRequests: ignored,
          dynamicThrottlesEnabled: ignored,
          hsts: ignored,
        })
        .prefault({}),
      serviceBus: z
        .strictObject({
          autoCompleteMessages: z.boolean().default(true),
          maxAutoLockRenewalDuration: timeSpanMs.prefault('00:05:00'),
          maxConcurrentCalls: z.int().min(1).default(16),
          prefetchCount: z.int().min(0).default(0),
          clientRetryOptions: ignored,
          enableCrossEntityTransactions: ignored,
          maxBatchWaitTime: ignored,
          maxConcurrentSessions: ignored,
          maxMessageBatchSize: ignored,
          minMessageBatchSize: ignored,
          sessionIdleTimeout: ignored,
          transportType: ignored,
          webProxy: ignored,
        })
        .prefault({}),
    })
    .prefault({}),
});

export type HostJson = z.infer<typeof hostSchema>;

/** Reads `host.json` of a deploy root. Throws an error that names the file and every setting that is wrong. */
export async function readHostJson(root: string): Promise<HostJson> {
  const path = join(root, 'host.json');
  const parsed = hostSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) throw new Error(`${path} is wrong:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
