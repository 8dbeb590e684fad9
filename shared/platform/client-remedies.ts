import type { TokenFailure, TokenFailureReason } from './tokens.ts';

export type ProvingConnection = { id: string; tenantId: string; clientId: string; certificate?: string | undefined };

/** By what a federated credential names the desk's identity. None of it is secret. */
export type FederatedAs = { issuer: string; subject: string; audience: string };

type Facts = { connection: ProvingConnection; identity: FederatedAs | undefined };
type Words = (facts: Facts) => string;

const federate: Words = ({ connection, identity }) =>
  `Give application ${connection.clientId} a federated credential ` +
  (identity
    ? `with issuer ${identity.issuer}, subject ${identity.subject} and audience ${identity.audience}.`
    : 'for the desk’s managed identity: its tenant as issuer, its object id as subject, and the audience of this cloud.') +
  ' Identity and registration must be in one tenant; else name a certificate.';

const register: Words = ({ connection }) =>
  `Put the public part of certificate ${connection.certificate ?? ''} into the registration of application ${connection.clientId}, ` +
  'and see that it has not ended. A new version counts within half a minute.';

const clocks: Words = () =>
  'Look at ENTRA_AUTHORITY, which stays unset in production, and at the clock of whoever signs.';

const install: Words = ({ connection }) =>
  `Look at tenantId and clientId of connection ${connection.id}, and at MICROSOFT_CLOUD. Are they right, then the application is not ` +
  `in that tenant yet: az ad sp create --id ${connection.clientId}, signed in there.`;

/** Source of the codes: Microsoft docs, "Microsoft Entra authentication error codes". */
const byCode: Readonly<Record<string, Words>> = {
  AADSTS70021: federate,
  AADSTS700211: federate,
  AADSTS700212: federate,
  AADSTS700213: federate,
  AADSTS700027: register,
  AADSTS700023: clocks,
  AADSTS700024: clocks,
  AADSTS700016: install,
  AADSTS7000229: install,
  AADSTS7000112: ({ connection }) => `Application ${connection.clientId} is disabled: enable it in Entra.`,
  AADSTS90002: ({ connection }) =>
    `Look at tenantId of connection ${connection.id}, and at MICROSOFT_CLOUD: this cloud has no such tenant.`,
  AADSTS500011: () => 'Look at MICROSOFT_CLOUD: Microsoft Graph has another name in this tenant’s cloud.',
  AADSTS53003: ({ connection }) =>
    `A policy of Conditional Access for workload identities stops application ${connection.clientId}: let it in.`,
};

const byReason: Readonly<Partial<Record<TokenFailureReason, Words>>> = {
  // What it lacks stands in the message: a certificate that is not there, has ended, or is not shown.
  'client-refused': ({ connection }) =>
    `Mend certificate ${connection.certificate ?? ''} in the vault of CERTIFICATE_VAULT_URI, or the desk’s roles there.`,
  away: () =>
    'Check again in a minute. Where it stays so, the desk does not reach Entra, its identity or the vault: look at network and settings.',
  throttled: () => 'Entra throttles the application: check again later.',
};

/** What a person does about an application that gets no token in its partner's own tenant. */
export function remedyOf(
  { code, reason }: TokenFailure,
  connection: ProvingConnection,
  identity?: FederatedAs,
): string | undefined {
  const words = (code === undefined ? undefined : byCode[code]) ?? byReason[reason];
  return words?.({ connection, identity });
}
