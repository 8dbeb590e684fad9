/** Payloads in the shapes that the public documents of each PSA show, with data of our own. */
const at = '2026-11-02T08:59:00Z';

const zendeskDetail = {
  actor_id: '8447388090494',
  created_at: at,
  custom_status: '8447320465790',
  description: 'Since nine nobody in the branch gets mail.',
  external_id: null,
  id: '5158',
  is_public: true,
  organization_id: '8447346621310',
  priority: 'HIGH',
  requester_id: '8447388090494',
  status: 'OPEN',
  subject: 'Outlook does not send',
  tags: ['mail'],
  updated_at: at,
  via: { channel: 'web_service' },
};

const zendeskEvent = (name: string, event: object, detail: object = {}) => ({
  account_id: 22_129_848,
  detail: { ...zendeskDetail, ...detail },
  event,
  id: '0195fc7a-5b2e-7c11-8f3a-0d9c7e1b2a34',
  subject: 'zen:ticket:5158',
  time: '2026-11-02T08:59:00.481205332Z',
  type: `zen:event-type:ticket.${name}`,
  zendesk_event_version: '2022-11-06',
});

export const zendeskPayloads = {
  created: zendeskEvent('created', {}),
  createdByNobody: zendeskEvent('created', {}, { organization_id: null, priority: null, description: '' }),
  commented: zendeskEvent('comment_added', {
    comment: { author: { id: '1', is_staff: false, name: 'Ada' }, body: 'Still so.', id: '77', is_public: true },
  }),
  privately: zendeskEvent('comment_added', { comment: { body: 'Between us.', id: '78', is_public: false } }),
  closed: zendeskEvent('status_changed', { current: 'SOLVED', previous: 'OPEN' }),
  pending: zendeskEvent('status_changed', { current: 'PENDING', previous: 'OPEN' }),
};

const connectwiseCallback = (action: string, entity: object = {}) => ({
  MessageId: '6f1d3b1e-3d0b-4b7e-9a52-8a4c6f0e2d11',
  FromUrl: 'na.myconnectwise.net',
  CompanyId: 'harbour',
  MemberId: 'aking',
  Action: action,
  Type: 'ticket',
  ID: 5158,
  ProductInstanceId: null,
  PartnerId: null,
  Entity: JSON.stringify({
    id: 5158,
    summary: 'Outlook does not send',
    recordType: 'ServiceTicket',
    board: { id: 1, name: 'Help Desk' },
    status: { id: 16, name: 'New' },
    company: { id: 250, identifier: 'FisherCo', name: 'Fisher & Co' },
    contactName: 'Ada Fisher',
    contactEmailAddress: 'ada@fisher.example',
    priority: { id: 4, name: 'Priority 2 - High' },
    severity: 'High',
    impact: 'Medium',
    closedFlag: false,
    initialDescription: 'Since nine nobody in the branch gets mail.',
    _info: { lastUpdated: at, updatedBy: 'aking' },
    ...entity,
  }),
  Metadata: { key_url: 'https://api-na.myconnectwise.net/v4_6_release/services/callback/key' },
  CallbackObjectRecId: 19,
});

export const connectwisePayloads = {
  created: connectwiseCallback('added'),
  createdByNobody: connectwiseCallback('added', { company: null, contactName: null, contactEmailAddress: null }),
  updated: connectwiseCallback('updated'),
  closed: connectwiseCallback('updated', { closedFlag: true }),
  deleted: connectwiseCallback('deleted'),
};

const autotaskCallout = (action: string, entity: string, fields: object) => ({
  Action: action,
  Guid: '0f2c7c2a-6a0f-4a34-9d7e-2f8b1c3d4e5f',
  EntityType: entity,
  Id: 351_181,
  Fields: { TicketNumber: 'T20261102.0001', ...fields },
  EventTime: at,
  SequenceNumber: 1,
  PersonId: 30_691_780,
});

const autotaskTicket = {
  Title: 'Outlook does not send',
  Description: 'Since nine nobody in the branch gets mail.',
  Priority: 1,
  Status: 1,
  CompanyID: 174,
};

export const autotaskPayloads = {
  created: autotaskCallout('Create', 'Ticket', autotaskTicket),
  createdByNobody: autotaskCallout('Create', 'Ticket', { ...autotaskTicket, CompanyID: null }),
  commented: autotaskCallout('Create', 'TicketNote', { TicketID: 351_181, Description: 'Still so.' }),
  updated: autotaskCallout('Update', 'Ticket', autotaskTicket),
  closed: autotaskCallout('Update', 'Ticket', { ...autotaskTicket, Status: 5 }),
};

const halopsaTicket = { id: 5158, lastupdate: '2026-11-02T08:59:00' };

export const halopsaPayloads = {
  created: {
    event: 'created',
    ticket: {
      ...halopsaTicket,
      client_id: 12,
      summary: 'Outlook does not send',
      details: 'Since nine nobody in the branch gets mail.',
      priority_id: 2,
      user_name: 'Ada Fisher',
      user_email: 'ada@fisher.example',
    },
  },
  commented: { event: 'commented', ticket: halopsaTicket, note: 'Still so.' },
  closed: { event: 'closed', ticket: halopsaTicket },
  other: { event: 'reassigned', ticket: halopsaTicket },
};
