import type { Given, Packet } from './packet-schema.ts';
import { productRows, type FormName, type ProductRow } from './product-rows.ts';

type Subject = { packet: Given; row: ProductRow };
type Field = { value: (subject: Subject) => string | undefined; missing?: string; inVault?: true };

const severities = { A: 'A (critical)', B: 'B (moderate)', C: 'C (minimal)' };
const inForm = 'The desk does not know it: choose it in the form.';
const noPhone = 'The support statement gives no phone number of the partner: add one there.';
const vaultAway = 'The vault is away, and the id could not be read: try again, or take it from the contract itself.';
const noContract = 'Only under a contract of its own; the claimant is shown what the desk keeps of it.';

const hasIds = ({ contract = {} }: Given): boolean => Object.keys(contract).length > 0;

/** What the desk can say for a field of a form. */
const fields = {
  title: { value: ({ packet }) => packet.title },
  description: { value: ({ packet }) => wholeDescription(packet) },
  severity: { value: ({ packet }) => severities[packet.severity] },
  startedAt: { value: ({ packet }) => packet.startedAt },
  category: { value: ({ packet }) => packet.problemCategory.split(' / ')[0] },
  service: { value: ({ row }) => row.name },
  formProduct: { value: ({ row }) => row.formProduct ?? row.name },
  workspace: { value: ({ row }) => row.workspace },
  customer: { value: ({ packet: { portal } }) => `${portal.tenantName}, tenant ${portal.tenantId}` },
  subscription: { value: ({ packet }) => packet.subscriptionId, missing: inForm },
  resource: {
    value: ({ packet }) => packet.resourceId,
    missing: 'Nobody has named a resource: choose it in the form.',
  },
  problemType: {
    value: () => undefined,
    missing: "Microsoft's own list, which depends on what stands above: choose the closest in the form.",
  },
  supportPlan: { value: () => 'Cloud Solution Provider' },
  diagnostics: { value: () => 'No' },
  files: {
    value: ({ packet }) => packet.attachments?.map(({ name, url }) => `${name}: ${url}`).join('\n'),
    missing: 'No files came with the request.',
  },
  contactMethod: { value: ({ packet }) => (packet.preferredContact === 'phone' ? 'Phone' : 'Email') },
  contactHours: { value: ({ packet }) => (packet.severity === 'A' ? '24 x 7' : 'Business hours') },
  language: { value: ({ packet }) => packet.language },
  firstName: { value: ({ packet }) => packet.contact.firstName },
  lastName: { value: ({ packet }) => packet.contact.lastName },
  email: { value: ({ packet }) => packet.contact.email },
  phone: { value: ({ packet }) => packet.contact.phone, missing: noPhone },
  country: { value: ({ packet }) => packet.contact.country },
  timeZone: { value: ({ packet }) => packet.timeZone },
  underContract: { value: ({ packet }) => (hasIds(packet) ? 'Yes' : undefined), missing: noContract },
  accessId: { value: ({ packet }) => packet.contract?.accessId, missing: noContract, inVault: true },
  contractId: { value: ({ packet }) => packet.contract?.contractId, missing: noContract, inVault: true },
} as const satisfies Record<string, Field>;

type Asked = readonly [label: string, field: keyof typeof fields, required?: 'required'];

const contact = [
  ['First name', 'firstName', 'required'],
  ['Last name', 'lastName', 'required'],
  ['Email', 'email', 'required'],
  ['Phone', 'phone'],
] as const satisfies readonly Asked[];

/**
 * What each portal's form asks for, in its order, as far as Microsoft's docs tell:
 * - Microsoft 365 admin centre: "Get support for Microsoft 365 for business" (question, description, contact number, email address,
 *   preferred contact method); files, and the severity under a Premier or Unified contract: "How to get support in the Microsoft
 *   Intune admin center" (2024), which has the same form.
 * - Power Platform admin centre: "Get Help + Support" (product, problem type, description; access and contract id under a
 *   Premier plan). What its further pages ask for is not told; the rest is what the Azure Support API needs.
 * - Azure portal: "Create an Azure support request" (basics, details, support method, contact), with the plan to choose from
 *   "Report problems on behalf of a customer".
 * - Partner Center: "Get help and contact support in Partner Center" (problem summary, workspace, problem type); the rest are the
 *   members of its service request resource.
 */
const forms: Record<FormName, readonly Asked[]> = {
  'microsoft-365': [
    ['How can we help?', 'title', 'required'],
    ['Product', 'service'],
    ['Description of the issue', 'description', 'required'],
    ['Contact phone number', 'phone', 'required'],
    ['Contact email address', 'email', 'required'],
    ['Preferred contact method', 'contactMethod', 'required'],
    ['Severity (Premier or Unified only)', 'severity'],
    ['Attachments', 'files'],
  ],
  'power-platform': [
    ['Product', 'formProduct', 'required'],
    ['Problem type', 'problemType', 'required'],
    ['What issue are you having?', 'title', 'required'],
    ['Description', 'description', 'required'],
    ['Severity', 'severity', 'required'],
    ['File as a Premier support request?', 'underContract'],
    ['Access ID', 'accessId'],
    ['Contract ID or password', 'contractId'],
    ['Attachments', 'files'],
    ['Preferred contact method', 'contactMethod', 'required'],
    ...contact,
  ],
  azure: [
    ['Issue type', 'category', 'required'],
    ['Subscription', 'subscription', 'required'],
    ['Service', 'service', 'required'],
    ['Resource', 'resource'],
    ['Summary', 'title', 'required'],
    ['Problem type', 'problemType', 'required'],
    ['Problem subtype', 'problemType'],
    ['Support plan', 'supportPlan', 'required'],
    ['When did the problem start?', 'startedAt'],
    ['Description', 'description', 'required'],
    ['File upload', 'files'],
    ['Share diagnostic information', 'diagnostics', 'required'],
    ['Severity', 'severity', 'required'],
    ['Preferred contact method', 'contactMethod', 'required'],
    ['Your availability', 'contactHours'],
    ['Support language', 'language', 'required'],
    ...contact,
    ['Country/region', 'country', 'required'],
    ['Time zone', 'timeZone'],
  ],
  'partner-center': [
    ['Problem summary', 'title', 'required'],
    ['Workspace', 'workspace', 'required'],
    ['Problem type', 'problemType', 'required'],
    ['Customer', 'customer'],
    ['Description', 'description', 'required'],
    ['Severity', 'severity', 'required'],
    ['Attachments', 'files'],
    ...contact,
  ],
};

/** What a form has one box for stands in one text: the words of the request, then the facts, then the marker. */
function wholeDescription({ description, marker, impact, affectedUsers, tried, incidentIds }: Given): string {
  const words = description.replace(`[${marker}]`, '').trim();
  const facts = [
    ...(impact === undefined ? [] : [`Impact: ${impact}`]),
    ...(affectedUsers === undefined ? [] : [`Affected users: ${String(affectedUsers)}`]),
    ...(tried.length === 0 ? [] : [`Tried so far:\n${tried.map((one) => `- ${one}`).join('\n')}`]),
    ...(incidentIds.length === 0 ? [] : [`Incidents of Microsoft's: ${incidentIds.join(', ')}`]),
  ];
  return [words, ...facts, `[${marker}]`].join('\n\n');
}

/** The fields of the portal's form for a packet. A field without a value says what is missing. */
export function formOf(packet: Given): Packet['form'] {
  const row = productRows[packet.filedAs];
  const isAway = packet.contract?.unavailable === true;
  return forms[row.form].map(([label, key, required]) => {
    const field: Field = fields[key];
    const value = field.value({ packet, row }) ?? '';
    return {
      label,
      value,
      required: required !== undefined,
      ...(value === '' && { missing: isAway && field.inVault ? vaultAway : (field.missing ?? inForm) }),
    };
  });
}
