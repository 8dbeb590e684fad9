import * as z from 'zod';

/** Why a customer's tenant cannot be read (or soon cannot), and what a person does about it. */
export const troubleRemedies = {
  'not-consented': 'An administrator of the customer must consent to the desk’s application.',
  'gdap-expired': 'Ask the customer to approve a new delegated admin relationship (GDAP).',
  'gdap-ending': 'Extend the delegated admin relationship (GDAP) before it ends.',
  'role-lacking': 'Assign the role Service Support Administrator through the delegated admin relationship.',
  throttled: 'Nothing: Microsoft asked the desk to slow down, and it will read again by itself.',
  token:
    'Check the desk’s application, its credentials and the customer’s sign-in policies: Microsoft refused a token.',
  'microsoft-down': 'Nothing: Microsoft’s service health does not answer as it must; see its public status page.',
} as const;

export type TroubleCode = keyof typeof troubleRemedies;

const troubleCodeSchema = z.enum(Object.keys(troubleRemedies) as [TroubleCode, ...TroubleCode[]]);

/** A customer's trouble as rows keep it: times are ISO texts. */
export const troubleSchema = z.object({ code: troubleCodeSchema, since: z.string() });
export type Trouble = z.output<typeof troubleSchema>;

/** A trouble as answers show it. */
export const troubleViewSchema = z
  .object({ code: troubleCodeSchema, since: z.iso.datetime(), remedy: z.string() })
  .meta({ id: 'CoverageTrouble' });

export const troubleView = (trouble: Trouble): z.output<typeof troubleViewSchema> => ({
  ...trouble,
  remedy: troubleRemedies[trouble.code],
});
