import type { Cloud } from './cloud.ts';
import { lastModified, type Message } from './messages.ts';
import { isoTime } from './reply.ts';

/** The posts that a tenant sees now. Microsoft docs: serviceUpdateMessage; `viewPoint` is null for an application. */
export function messagesOf(cloud: Cloud, tenantId: string): Record<string, unknown>[] {
  return [...cloud.state.messages.values()]
    .filter((message) => message.customers.includes(tenantId))
    .flatMap((message) => messageView(message, lastModified(message, cloud.now())));
}

function messageView(message: Message, modifiedAt: number | undefined): Record<string, unknown>[] {
  if (modifiedAt === undefined) return [];
  const { id, title, html, category, severity, services, tags, isMajorChange, actionRequiredBy } = message;
  return [
    {
      startDateTime: isoTime(message.startAt),
      endDateTime: isoTime(message.endAt),
      lastModifiedDateTime: isoTime(modifiedAt),
      title,
      id,
      category,
      severity,
      tags,
      isMajorChange,
      actionRequiredByDateTime: actionRequiredBy === undefined ? null : isoTime(actionRequiredBy),
      services,
      hasAttachments: false,
      viewPoint: null,
      details: [{ name: 'RoadmapIds', value: '' }],
      body: { contentType: 'html', content: html },
    },
  ];
}
