import { callOf, literal, nodesOf, propertiesOf, type Node, type Template } from './bicep.ts';
import { literalAt, resolved, resourcesOf } from './resources.ts';

const app = 'learn.microsoft.com/azure/azure-functions/functions-app-settings';
const identity = 'learn.microsoft.com/azure/azure-functions/functions-reference, identity-based connections';

const notOnFlex = 'not on Flex Consumption';

/** App settings that the desk does not read: what does, and where that is written. */
export const readByOthers: Record<string, string> = {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `host: ${app}`,
  APPLICATIONINSIGHTS_CONNECTION_STRING: `host: ${app}`,
  AzureFunctionsWebHost__hostid: `host: ${app}`,
  AzureWebJobsStorage__blobServiceUri: `host: ${identity}`,
  AzureWebJobsStorage__tableServiceUri: `host: ${identity}`,
  AzureWebJobsStorage__clientId: `host: ${identity}`,
  AzureWebJobsStorage__credential: `host: ${identity}`,
  SERVICE_BUS__credential: `extension of the bus: ${identity}`,
  STORAGE__credential: `whatever of the host takes the connection STORAGE: ${identity}`,
  FUNCTIONS_EXTENSION_VERSION: `platform, ${notOnFlex}: ${app}`,
  FUNCTIONS_WORKER_RUNTIME: `host, ${notOnFlex}: ${app}`,
  WEBSITE_RUN_FROM_PACKAGE: `platform, ${notOnFlex}: ${app}`,
  WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: `platform, ${notOnFlex}: ${app}`,
};

/** Settings of the desk that no deployment has, and why. */
export const neverDeployed: Record<string, string> = {
  ENTRA_AUTHORITY: 'follows from the cloud; the local world overrides it',
  GRAPH_BASE_URL: 'follows from the cloud; the local world overrides it',
  PARTNER_CENTER_BASE_URL: 'follows from the cloud; the local world overrides it',
  AZURE_MANAGEMENT_BASE_URL: 'follows from the cloud; the local world overrides it',
  OUTBOUND_ALLOW: 'would let webhooks into the own network',
  STORAGE: 'a connection string, which has a key',
  SERVICE_BUS: 'a connection string, which has a key',
  IDENTITY_ENDPOINT: 'the platform sets it',
  IDENTITY_HEADER: 'the platform sets it',
};

export type AppSetting = { value: Node; condition: string | undefined };

/** The settings that a value may bring: all of what is merged, both of a choice. */
function brought(template: Template, value: Node, condition?: string): [string, AppSetting][] {
  const at = resolved(template, value);
  if (at.type === 'object') return propertiesOf(at).map((one) => [one.name, { value: one.value, condition }]);
  const [asked, yes, no] = at.type === 'ternary_expression' ? at.namedChildren : [];
  if (asked && yes && no) {
    return [...brought(template, yes, asked.text), ...brought(template, no, `!(${asked.text})`)];
  }
  return (callOf(at)?.args ?? []).flatMap((part) => brought(template, part, condition));
}

/** Every app setting of the templates, on whatever plan it is set. */
export const appSettings = (templates: readonly Template[]): Map<string, AppSetting> =>
  new Map(
    templates.flatMap((template) =>
      resourcesOf(template)
        .filter(({ type }) => type === 'Microsoft.Web/sites/config')
        .filter(({ body }) => literalAt(template, body, 'name') === 'appsettings')
        .flatMap(({ body }) => propertiesOf(body).filter(({ name }) => name === 'properties'))
        .flatMap(({ value }) => brought(template, value)),
    ),
  );

/** Names that are set and that nobody reads, or that are read and that nobody sets; and what one of the plans refuses. */
export function nameFaults(templates: readonly Template[], readByDesk: readonly string[]): string[] {
  const settings = appSettings(templates);
  const set = [...settings.keys()];
  const expected = [...readByDesk.filter((name) => !(name in neverDeployed)), ...Object.keys(readByOthers)];
  const ofPremium = [...settings].filter(([name, { condition }]) => {
    return readByOthers[name]?.includes(notOnFlex) === true && condition !== 'isPremium';
  });
  return [
    ...set.filter((name) => !expected.includes(name)).map((name) => `nobody reads ${name}`),
    ...expected.filter((name) => !set.includes(name)).map((name) => `nobody sets ${name}`),
    ...ofPremium.map(([name]) => `Flex Consumption refuses ${name}`),
  ];
}

/** What the host reads of a connection by identity that a trigger names: the place, which identity, and that it is one. */
export function connectionFaults(templates: readonly Template[], connection: string, place: string): string[] {
  const settings = appSettings(templates);
  const has = (name: string) => settings.has(`${connection}__${name}`);
  return [
    ...[place, 'clientId', 'credential']
      .filter((name) => !has(name))
      .map((name) => `${connection}__${name} is not set`),
    ...(literal(settings.get(`${connection}__credential`)?.value) === 'managedidentity'
      ? []
      : [`${connection} has another credential`]),
    // It would win over the identity.
    ...(settings.has(connection) ? [`${connection} is set as a connection string`] : []),
  ];
}

/** What stands in for a setting that is left out: the text or the number behind `??`. */
export function defaultOf(value: Node | undefined): string | undefined {
  const choice =
    value &&
    [value, ...nodesOf(value, 'binary_expression')].find((one) => one.childForFieldName('operator')?.text === '??');
  const last = choice?.childForFieldName('right') ?? undefined;
  return literal(last) ?? last?.text;
}
