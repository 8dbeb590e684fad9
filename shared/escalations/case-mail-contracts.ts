import * as z from 'zod';
import { caseMailPageSchema, caseMailQuerySchema, caseMailSchema } from './case-mail-answer.ts';

const operates = { portals: false, role: 'Desk.Operate' } as const;
const params = z.strictObject({ id: z.string().regex(/^[a-z2-7]{1,64}$/) });
const answers = { 200: { description: 'As it is now', schema: caseMailSchema } };

export const listCaseMails = {
  name: 'listCaseMails',
  method: 'GET',
  path: 'api/case-mails',
  summary: 'Mails of the case mailboxes that fit no case, or are not proven to be Microsoft’s, newest first',
  access: operates,
  query: caseMailQuerySchema,
  answers: { 200: { description: 'A page', schema: caseMailPageSchema } },
  errors: ['invalid-cursor'],
} as const;

export const placeCaseMail = {
  name: 'placeCaseMail',
  method: 'POST',
  path: 'api/case-mails/{id}/place',
  summary: 'Say of which escalation a mail is; of one that is not proven to be Microsoft’s only the text is kept',
  access: operates,
  params,
  body: z.strictObject({ escalationId: z.string().min(1).max(80) }).meta({ id: 'CaseMailPlacing' }),
  answers,
  errors: ['conflict'],
} as const;

export const dismissCaseMail = {
  name: 'dismissCaseMail',
  method: 'POST',
  path: 'api/case-mails/{id}/dismiss',
  summary: 'Take a mail off the list for good: its text goes',
  access: operates,
  params,
  body: z.strictObject({}),
  answers,
  errors: ['conflict'],
} as const;
