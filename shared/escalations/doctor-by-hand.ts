import type { DoctorCheck } from './doctor-check.ts';

/** What no read tells: a person finds out once, and writes it down. */
export const doctorByHand: readonly DoctorCheck[] = [
  {
    id: 'azure-plan',
    question: "Does the partner's support plan pass the plan check of the Azure Support API?",
    otherwise: 'A refusal turns the case into one that a person files, at once.',
    byHand: 'Escalate the first real Azure case: what Microsoft answers is remembered per subscription.',
  },
  {
    id: 'azure-file-workspaces',
    question: 'Can files be sent to an Azure ticket on behalf of a customer?',
    otherwise: 'Files are given to the engineer by hand; the packet names them.',
    byHand: 'Upload a file in the portal to a real ticket, and look whether the API shows it.',
  },
  {
    id: 'partner-center-tickets-shown',
    question: 'Are cases that were filed in Microsoft’s portals shown as service requests at Partner Center?',
    otherwise: 'They are followed by the case mailbox.',
    byHand: 'File a real case in the portal, then run this again and compare the list.',
  },
  {
    id: 'portal-links',
    question: 'Do the deep links of packets open the customer’s tenant?',
    otherwise: 'The packet names the tenant: check it before filing, or switch to it.',
    byHand: 'Claim a case for each product once and open its link.',
  },
  {
    id: 'mailbox-limited',
    question: 'Is the right to read mail limited to the case mailbox?',
    otherwise: 'Limit it: an application access policy, or RBAC for applications in Exchange Online.',
    byHand: 'Run Test-ServicePrincipalAuthorization (Exchange Online) for another mailbox: it must say no.',
  },
  {
    id: 'microsoft-targets',
    question: 'Which first-response times does the contract promise?',
    otherwise: 'The vehicle’s entry says where its targets are from and of when they are.',
    byHand: 'Compare the contract with the entry of the vehicle, and put the source there.',
  },
  {
    id: 'baseline-boundary',
    question: 'What must the partner solve itself, by service?',
    otherwise: 'The desk’s own rules, which the partner can change (boundary rules).',
    byHand: 'Compare with the partner agreement and publish own boundary rules.',
  },
  {
    id: 'webhook-certificate',
    question: 'Under which roots does the certificate of Partner Center’s webhooks stand?',
    otherwise: 'Settings allow for another root or place.',
    byHand: 'Look at `webhooks` in the readiness answer after the first validation.',
  },
];
