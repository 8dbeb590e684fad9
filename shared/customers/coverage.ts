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

/** What is known beyond the code, where it calls for something else than the code does. */
const causeRemedies = {
  'app-missing':
    'The desk’s application is not in the customer’s tenant: an administrator of the customer must consent to it (again).',
  'tenant-unknown': 'Microsoft knows no such tenant: it was deleted, or stands in another cloud. Exclude the customer.',
  'sign-in-policy':
    'A sign-in policy of the customer (Conditional Access, MFA) stops the partner’s person: exempt service providers, or consent to the application.',
} as const;

export type TroubleCause = keyof typeof causeRemedies;

/** What explains the trouble of many customers at once, and what a person does about it. */
const findingRemedies = {
  'microsoft-down':
    'Nothing: Microsoft’s sign-in or service health does not answer for most customers; see its public status page.',
  throttled: 'Nothing: Microsoft asked the desk as a whole to slow down, and it will read again by itself.',
  token:
    'A person of the partner must sign in again and put the new refresh token into the vault: Microsoft refuses the present one.',
} as const satisfies Partial<Record<TroubleCode, string>>;

export type FindingCode = keyof typeof findingRemedies;

const codesOf = <Code extends string>(remedies: Record<Code, string>) =>
  z.enum(Object.keys(remedies) as [Code, ...Code[]]);
const troubleCodeSchema = codesOf<TroubleCode>(troubleRemedies);
export const findingCodeSchema = codesOf<FindingCode>(findingRemedies);

/** A customer's trouble as rows keep it: times are ISO texts. */
export const troubleSchema = z.object({
  code: troubleCodeSchema,
  since: z.string(),
  cause: codesOf<TroubleCause>(causeRemedies).optional(),
  /** The tenant is read well all the same: the other way works, or the end has not come yet. */
  isNotice: z.boolean().optional(),
});
export type Trouble = z.output<typeof troubleSchema>;

/** A trouble as answers show it. */
export const troubleViewSchema = z
  .object({
    code: troubleCodeSchema,
    since: z.iso.datetime(),
    cause: codesOf<TroubleCause>(causeRemedies).optional(),
    remedy: z.string(),
  })
  .meta({ id: 'CoverageTrouble' });

export const troubleView = ({ code, since, cause }: Trouble): z.output<typeof troubleViewSchema> => ({
  code,
  since,
  ...(cause !== undefined && { cause }),
  remedy: cause === undefined ? troubleRemedies[code] : causeRemedies[cause],
});

/** Rights in Azure are roles on its subscriptions, not those of Microsoft 365. */
export const azureRoleRemedy =
  'Give the desk’s application, or the partner’s people, the role Reader on the customer’s Azure subscriptions.';

/** Why nobody reads the Azure of a customer that bought it: the desk sees none of its subscriptions. `since`: when it last looked. */
export const unseenAzure = ({
  services,
  azureSubscriptionIds,
  detailsAt,
}: {
  services?: readonly string[] | undefined;
  azureSubscriptionIds: readonly string[];
  detailsAt: string;
}): z.output<typeof troubleViewSchema> | undefined =>
  azureSubscriptionIds.length === 0 && services?.includes('azure') === true
    ? { code: 'role-lacking', since: detailsAt, remedy: azureRoleRemedy }
    : undefined;

export const findingRemedy = (code: FindingCode): string => findingRemedies[code];

/** A wider finding as the trouble of one customer whom it concerns. */
export const findingAsTrouble = ({ code, since }: { code: FindingCode; since: string }) => ({
  code,
  since,
  remedy: findingRemedies[code],
});
