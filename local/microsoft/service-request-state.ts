import { customers, partner } from './seed-world.ts';

/** Numbers in lists, words by id. Microsoft docs: service request resources, and the .NET SDK's enums. */
export const severityNames = ['unknown', 'critical', 'moderate', 'minimal'] as const;
export const statusNames = ['none', 'open', 'closed', 'attention_needed'] as const;

export type ServiceRequest = {
  id: string;
  customerTenantId: string;
  title: string;
  description: string;
  severity: (typeof severityNames)[number];
  status: (typeof statusNames)[number];
  createdAt: number;
  modifiedAt: number;
  closedAt: number | undefined;
  notes: { createdByName: string; at: number; text: string }[];
};

export type ServiceRequestPatch = {
  at: number;
  id: string;
  title?: string | undefined;
  severity?: ServiceRequest['severity'] | undefined;
  status?: ServiceRequest['status'] | undefined;
  note?: string | undefined;
};

/** What a person did in Partner Center's portal, or Microsoft's engineer: a new id makes a request. */
export type ServiceRequestMoved = {
  at: number;
  id: string;
  tenantId?: string | undefined;
  title?: string | undefined;
  status?: ServiceRequest['status'] | undefined;
  severity?: ServiceRequest['severity'] | undefined;
  note?: string | undefined;
};

const dayMs = 24 * 60 * 60 * 1000;

/** Service requests cannot be created by API any more (since 31 August 2020), so the world begins with some. */
export function seedServiceRequests(beganAt: number): ServiceRequest[] {
  const customerTenantId = customers[2]?.tenantId ?? '';
  return [
    {
      id: '626111809310442',
      customerTenantId,
      title: 'Invoice line for a subscription that was cancelled',
      description: 'The invoice of last month lists a subscription that was cancelled before.',
      severity: 'minimal',
      status: 'open',
      createdAt: beganAt - 5 * dayMs,
      modifiedAt: beganAt - 2 * dayMs,
      closedAt: undefined,
      notes: [{ createdByName: 'Support engineer', at: beganAt - 2 * dayMs, text: 'We asked the billing team.' }],
    },
    {
      id: '626110211870317',
      customerTenantId,
      title: 'Custom domain is stuck in an old tenant',
      description: 'The domain cannot be verified.',
      severity: 'moderate',
      status: 'closed',
      createdAt: beganAt - 21 * dayMs,
      modifiedAt: beganAt - 12 * dayMs,
      closedAt: beganAt - 12 * dayMs,
      notes: [],
    },
  ];
}

export function moveServiceRequest(requests: Map<string, ServiceRequest>, moved: ServiceRequestMoved): void {
  const { id, at, tenantId = '', title = 'Filed in the portal', note } = moved;
  const known = requests.get(id);
  const request: ServiceRequest = known ?? {
    id,
    customerTenantId: tenantId,
    title,
    description: title,
    severity: 'moderate',
    status: 'open',
    createdAt: at,
    modifiedAt: at,
    closedAt: undefined,
    notes: [],
  };
  requests.set(id, request);
  applyServiceRequestPatch(requests, { at, id, title: moved.title, severity: moved.severity, status: moved.status });
  if (note !== undefined) request.notes.push({ createdByName: 'Support engineer', at, text: note });
}

export function applyServiceRequestPatch(requests: Map<string, ServiceRequest>, patch: ServiceRequestPatch): void {
  const request = requests.get(patch.id);
  if (request === undefined) return;
  if (patch.title !== undefined) request.title = patch.title;
  if (patch.severity !== undefined) request.severity = patch.severity;
  if (patch.status !== undefined) {
    request.status = patch.status;
    request.closedAt = patch.status === 'closed' ? patch.at : undefined;
  }
  if (patch.note !== undefined) {
    request.notes.push({ createdByName: partner.user.name, at: patch.at, text: patch.note });
  }
  request.modifiedAt = patch.at;
}
