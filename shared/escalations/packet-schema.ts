import * as z from 'zod';
import { filedAs, products } from './product-rows.ts';

/** The partner's contact for Microsoft: never the customer's. `timeZone` is a Windows zone name, `country` ISO 3166-1 alpha-3. */
const partnerContactSchema = z.strictObject({
  firstName: z.string(),
  lastName: z.string(),
  email: z.email(),
  phone: z.string().optional(),
  country: z.string().length(3),
  timeZone: z.string(),
});
export type PartnerContact = z.output<typeof partnerContactSchema>;

/** What somebody of the customer said about Microsoft reading diagnostic data: in which words, and when. */
export const diagnosticConsentSchema = z
  .strictObject({ given: z.boolean(), by: z.string(), at: z.iso.datetime({ offset: true }), wording: z.string() })
  .meta({ id: 'DiagnosticConsent' });
export type DiagnosticConsent = z.output<typeof diagnosticConsentSchema>;

/** What is kept of a packet; the rest of it is made from this. */
export const keptPacketSchema = z.strictObject({
  marker: z.string().meta({ description: 'Stands in the description, so that the case can be found again.' }),
  product: z.enum(products),
  filedAs: z.enum(filedAs).optional().meta({ description: 'The row of the table of products by which it is filed.' }),
  service: z.string().optional(),
  problemCategory: z.string(),
  title: z.string(),
  description: z.string(),
  severity: z.enum(['A', 'B', 'C']),
  impact: z.string().optional(),
  startedAt: z.iso.datetime({ offset: true }),
  affectedUsers: z.number().optional(),
  tried: z.array(z.string()),
  incidentIds: z.array(z.string()),
  subscriptionId: z.string().optional(),
  resourceId: z.string().optional(),
  evidence: z.record(z.string(), z.unknown()).optional(),
  attachments: z
    .array(z.strictObject({ name: z.string(), url: z.string() }))
    .optional()
    .meta({ description: 'Files that the sender keeps: open them and give Microsoft what it needs.' }),
  contact: partnerContactSchema,
  language: z.string(),
  timeZone: z.string(),
  portal: z.strictObject({
    name: z.string(),
    tenantId: z.string(),
    tenantName: z.string(),
    opensTenant: z.boolean().meta({ description: 'False: check or switch to the tenant before filing.' }),
    leastRole: z.string(),
    form: z
      .enum(['documented', 'unconfirmed'])
      .optional()
      .meta({ description: 'Whether a public source tells the fields of the form for this product.' }),
  }),
  link: z.string().optional(),
  diagnosticConsent: diagnosticConsentSchema
    .optional()
    .meta({ description: 'Without it, or where it is not given, say no to diagnostic data.' }),
});
export type KeptPacket = z.output<typeof keptPacketSchema>;

const formFieldSchema = z
  .strictObject({
    label: z.string(),
    value: z.string().meta({ description: 'Empty where it is missing.' }),
    required: z.boolean(),
    missing: z.string().optional(),
  })
  .meta({ id: 'PacketField' });

/** Everything the form of Microsoft's portal asks for, so that filing is copying. */
export const packetSchema = keptPacketSchema
  .extend({
    filedAs: z.enum(filedAs),
    preferredContact: z.enum(['email', 'phone']),
    contract: z
      .strictObject({
        accessId: z.string().optional(),
        contractId: z.string().optional(),
        unavailable: z.literal(true).optional().meta({ description: 'The vault is away: ids may be missing here.' }),
      })
      .optional()
      .meta({ description: 'Ids of the contract, for the claimant only.' }),
    form: z.array(formFieldSchema).meta({ description: 'What the form of the portal asks for, in its order.' }),
  })
  .meta({ id: 'EscalationPacket' });
export type Packet = z.output<typeof packetSchema>;

/** A packet without what is made from the rest of it. */
export type Given = Omit<Packet, 'form'>;
