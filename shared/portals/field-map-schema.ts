import * as z from 'zod';

/** From the root of the payload inwards: names of members, and positions in lists. */
const pathSchema = z
  .array(z.union([z.string().min(1).max(100), z.int().min(0).max(1_000)]))
  .min(1)
  .max(8);
export type Path = z.output<typeof pathSchema>;

const wordSchema = z.string().max(500);

/** Numbers and yes or no count as their JSON text; an object, a list and null are nothing that can be taken. */
const takenSchema = z
  .strictObject({
    from: pathSchema,
    /** What the sender's words are here, such as `{ "1": "critical" }`. A word that is not listed is refused. */
    words: z.record(z.string().max(100), wordSchema).optional(),
    /** What it is when the payload has nothing, null or an empty text there. */
    default: wordSchema.optional(),
    /** Nothing there is no fault: the field is left out. */
    optional: z.literal(true).optional(),
    /** So many characters are kept and the rest is cut, for texts that may be longer at the sender than here. */
    cut: z.int().min(1).max(20_000).optional(),
    /** A time that is in UTC without saying so, as `2026-11-02 09:00:00` or `2026-11-02T09:00:00.123`. */
    time: z.literal('utc').optional(),
  })
  .meta({ id: 'TakenField' });
export type Taken = z.output<typeof takenSchema>;

const fieldSchema = z
  .union([
    takenSchema,
    z.strictObject({ value: wordSchema }),
    z.strictObject({
      join: z
        .array(z.union([takenSchema, z.strictObject({ value: wordSchema })]))
        .min(2)
        .max(8),
    }),
  ])
  .meta({ id: 'MappedField' });
export type Field = z.output<typeof fieldSchema>;

const request = ['requestId', 'externalRef.system', 'externalRef.id'] as const;

/** The places of a request as sent that a map may fill; a closed list, so that no map reaches a prototype. */
const createdTargets = [
  ...['customer.customerId', 'customer.tenantId', 'customer.domain'],
  ...['customer.externalRef.system', 'customer.externalRef.id'],
  ...['title', 'description', 'severity', 'contact.name', 'contact.email', 'contact.phone'],
  ...['category', 'service', 'businessImpact', 'startedAt', 'language'],
  ...['externalRefs.0.system', 'externalRefs.0.id', 'externalRefs.0.url'],
  ...['externalRefs.1.system', 'externalRefs.1.id', 'externalRefs.1.url'],
];

const eventOf = <T extends string>(type: T, targets: readonly string[]) =>
  z.strictObject({
    type: z.literal(type),
    /** All of these must hold: the payload's word at the place is one of those listed. */
    when: z.array(z.strictObject({ from: pathSchema, is: z.array(z.string().max(200)).min(1).max(50) })).max(8),
    /**
     * When it happened, by the payload. Two events that look alike differ in it: so equal bytes are one event sent twice.
     */
    timestamp: takenSchema.omit({ words: true, default: true, optional: true, cut: true }),
    data: z.partialRecord(z.enum(targets as [string, ...string[]]), fieldSchema),
  });

/** How a sender's own payload becomes the desk's hook body `{ type, timestamp, data }`. */
export const fieldMapSchema = z.strictObject({
  /** Places whose text is JSON itself; what it says is put there before anything is taken. */
  unwrap: z.array(pathSchema).max(4).optional(),
  /** The first that fits is what happened; where none does, nothing that the desk wants to know. */
  events: z
    .array(
      z.discriminatedUnion('type', [
        eventOf('support_request.created', createdTargets),
        eventOf('support_request.commented', [...request, 'text']),
        eventOf('support_request.closed', [...request, 'reason']),
      ]),
    )
    .min(1)
    .max(12),
});
export type FieldMap = z.output<typeof fieldMapSchema>;
