import { classificationName, serviceName } from './arm-catalog.ts';
import { isoTime } from './reply.ts';
import { guidOf } from './seed-world.ts';

export type Communication = {
  name: string;
  direction: 'inbound' | 'outbound';
  sender: string;
  subject: string;
  body: string;
  at: number;
};

export type Ticket = {
  name: string;
  tenantId: string;
  subscriptionId: string;
  /** 16 digits; shown once the ticket is set up. */
  number: string;
  createdAt: number;
  modifiedAt: number;
  status: string;
  /** How often the name was put, repeats included. */
  puts: number;
  /** Properties as the caller sent them, patches included. */
  properties: Record<string, unknown>;
  engineer: string | null;
  communications: Communication[];
};

type TicketId = { subscriptionId: string; name: string };
export type TicketPut = TicketId & { at: number; tenantId: string; properties: Record<string, unknown> };
export type TicketPatched = TicketId & { at: number; status?: string | undefined; properties: Record<string, unknown> };
export type TicketMoved = TicketId & { at: number; status: string; message?: string | undefined };
export type CommunicationAdded = TicketId & { at: number; communication: Omit<Communication, 'at'> };

/** World time between the 202 and the end of the asynchronous operation. */
export const provisioningSeconds = 3;

const slaMinutes: Record<string, number> = { highestcriticalimpact: 15, critical: 60, moderate: 240, minimal: 480 };

export function ticketKey({ subscriptionId, name }: TicketId): string {
  return `${subscriptionId}/${name}`.toLowerCase();
}

export function operationIdOf(ticket: TicketId): string {
  return guidOf(`operation:${ticketKey(ticket)}`);
}

/** The same name again never makes a second ticket. Returns the sequence of ticket numbers after this put. */
export function putTicket(tickets: Map<string, Ticket>, put: TicketPut, sequence: number): number {
  const known = tickets.get(ticketKey(put));
  if (known) {
    known.puts += 1;
    return sequence;
  }
  const { at, name, tenantId, subscriptionId, properties } = put;
  const yymmdd = new Date(at).toISOString().slice(2, 10).replaceAll('-', '');
  tickets.set(ticketKey(put), {
    name,
    tenantId,
    subscriptionId,
    number: `${yymmdd}0030${String(sequence + 1).padStart(6, '0')}`,
    createdAt: at,
    modifiedAt: at,
    status: 'Open',
    puts: 1,
    properties,
    engineer: null,
    communications: [],
  });
  return sequence + 1;
}

export function patchTicket(tickets: Map<string, Ticket>, patch: TicketPatched): void {
  const ticket = tickets.get(ticketKey(patch));
  if (!ticket) return;
  ticket.properties = { ...ticket.properties, ...patch.properties };
  ticket.status = patch.status ?? ticket.status;
  ticket.modifiedAt = patch.at;
}

/** Microsoft's side moves the ticket, and may write to the partner. */
export function moveTicket(tickets: Map<string, Ticket>, move: TicketMoved): void {
  const ticket = tickets.get(ticketKey(move));
  if (!ticket) return;
  ticket.status = move.status;
  ticket.modifiedAt = move.at;
  ticket.engineer ??= 'engineer@microsoft-support.example';
  if (move.message === undefined) return;
  ticket.communications.push({
    name: `ms-${String(ticket.communications.length + 1)}`,
    direction: 'outbound',
    sender: ticket.engineer,
    subject: `${typeof ticket.properties.title === 'string' ? ticket.properties.title : ''} - TrackingID#${ticket.number}`,
    body: `<p>${move.message}</p>`,
    at: move.at,
  });
}

export function addCommunication(tickets: Map<string, Ticket>, added: CommunicationAdded): void {
  const ticket = tickets.get(ticketKey(added));
  if (!ticket || ticket.communications.some((one) => one.name === added.communication.name)) return;
  ticket.communications.push({ ...added.communication, at: added.at });
  ticket.modifiedAt = added.at;
}

export function isSetUp(ticket: Ticket, now: number): boolean {
  return now >= ticket.createdAt + provisioningSeconds * 1000;
}

function ticketId({ subscriptionId, name }: TicketId): string {
  return `/subscriptions/${subscriptionId}/providers/Microsoft.Support/supportTickets/${name}`;
}

/** The ticket as the Support API answers it. Microsoft docs: SupportTicketDetails, api-version 2024-04-01. */
export function ticketView(ticket: Ticket, now: number) {
  const { properties } = ticket;
  const isReady = isSetUp(ticket, now);
  const minutes = slaMinutes[typeof properties.severity === 'string' ? properties.severity : ''] ?? 480;
  const readyAt = isReady ? ticket.createdAt + provisioningSeconds * 1000 : ticket.createdAt;
  return {
    id: ticketId(ticket),
    name: ticket.name,
    type: 'Microsoft.Support/supportTickets',
    properties: {
      ...properties,
      ...(isReady && { supportTicketId: ticket.number }),
      serviceDisplayName: serviceName(properties.serviceId),
      problemClassificationDisplayName: classificationName(properties.problemClassificationId),
      status: ticket.status,
      createdDate: isoTime(ticket.createdAt),
      modifiedDate: isoTime(Math.max(ticket.modifiedAt, readyAt)),
      supportPlanType: 'Unified',
      supportPlanDisplayName: 'Unified',
      supportPlanId: 'VW5pZmllZC1sb2NhbA==',
      serviceLevelAgreement: {
        startTime: isoTime(ticket.createdAt),
        expirationTime: isoTime(ticket.createdAt + minutes * 60_000),
        slaMinutes: minutes,
      },
      supportEngineer: { emailAddress: ticket.engineer },
      isTemporaryTicket: isReady ? 'No' : 'Yes',
    },
  };
}

export function communicationView(ticket: Ticket, communication: Communication) {
  return {
    id: `${ticketId(ticket)}/communications/${communication.name}`,
    name: communication.name,
    type: 'Microsoft.Support/communications',
    properties: {
      communicationType: 'web',
      communicationDirection: communication.direction,
      sender: communication.sender,
      subject: communication.subject,
      body: communication.body,
      createdDate: isoTime(communication.at),
    },
  };
}
