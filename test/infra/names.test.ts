import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import roles from '../../infra/roles.json' with { type: 'json' };
import { parseNcrontab } from '../../local/host/ncrontab.ts';
import { worldQueues } from '../../local/world.ts';
import { connectionFields, readConfig, settingNames } from '../../shared/platform/config.ts';
import { queues } from '../../shared/platform/resources.ts';
import { aDesk } from '../support/a-desk.ts';
import { appSettings, connectionFaults, defaultOf, nameFaults, neverDeployed, readByOthers } from './app-settings.ts';
import { literal, nameOf, nodesOf, propertiesOf, type Node } from './bicep.ts';
import { listFaults } from './queues-and-tables.ts';
import { roleExpression, rolesGiven } from './role-assignments.ts';
import { planted, templates } from './templates.ts';

const { app } = await aDesk();
const example = (JSON.parse(readFileSync('local.settings.example.json', 'utf8')) as { Values: Record<string, string> })
  .Values;

/** The object that a type of types.bicep is. */
function typeNamed(name: string): Node {
  const types = templates.flatMap(({ root }) => nodesOf(root, 'type_declaration'));
  return nodesOf(
    types.find((one) => nameOf(one) === name)!,
    'object',
  )[0]!;
}

describe('queues and tables', () => {
  it('of Azure are those of the list that the code works from, each queue with its own lock, deliveries and times', () => {
    expect(listFaults(templates)).toEqual([]);
  });

  it('of the local world are the same', () => {
    expect(worldQueues).toMatchObject(queues);
  });

  it.each<[string, RegExp, string, RegExp]>([
    ['tables of another list', /\.json'\)\.tables/, ".json').tablets", /table is not made from .*\.tables/],
    ['a table with another name', /\{ name: name \}/, "{ name: 'requests' }", /table: name is not/],
    [
      'queues that are written out',
      /items\(loadJsonContent\('..\/resources.json'\).queues\)/,
      "[{ key: 'a' }]",
      /queue is not made from/,
    ],
    ['a lock of its own', /PT\$\{queue\.value\.lockSeconds\}S/, 'PT60S', /lockDuration is not/],
    [
      'days for seconds',
      /'P\$\{queue\.value\.timeToLiveDays\}D/,
      "'PT${queue.value.timeToLiveDays}S",
      /defaultMessageTimeToLive is not/,
    ],
    ['another count of deliveries', /queue\.value\.maxDeliveryCount/, '10', /maxDeliveryCount is not/],
    [
      'doubles let through',
      /requiresDuplicateDetection: true/,
      'requiresDuplicateDetection: false',
      /requiresDuplicateDetection is not/,
    ],
    [
      'no window for doubles',
      / *duplicateDetectionHistoryTimeWindow: .*\n/,
      '',
      /duplicateDetectionHistoryTimeWindow is not/,
    ],
  ])('are told from %s', (...[, pattern, put, said]) => {
    expect(listFaults(planted(pattern, put)).join('\n')).toMatch(said);
  });
});

describe('app settings', () => {
  it('are set exactly where the desk, the host or the platform reads them', () => {
    expect(nameFaults(templates, settingNames)).toEqual([]);
    for (const why of Object.values({ ...neverDeployed, ...readByOthers })) expect(why).toMatch(/\w/);
    expect(Object.keys(neverDeployed).filter((name) => !settingNames.includes(name))).toEqual([]);
  });

  it('of the example are those as well, with a connection string where Azure has an identity', () => {
    const local = ['AzureWebJobsStorage', 'FUNCTIONS_WORKER_RUNTIME'];
    const known = [...settingNames, ...Object.keys(readByOthers), ...local];
    expect(Object.keys(example).filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each<[string, RegExp, string, RegExp]>([
    [
      'a name that nobody reads',
      /(\s+)KEY_VAULT_URI: /,
      '$1KEY_VAULT_URL: ',
      /nobody reads KEY_VAULT_URL\nnobody sets KEY_VAULT_URI/,
    ],
    ['one that nobody sets', / *SWEEP_SCHEDULE: .*\n/, '', /nobody sets SWEEP_SCHEDULE/],
    [
      'what the host takes in another spelling',
      /AzureWebJobsStorage__clientId/,
      'AzureWebJobsStorage__clientID',
      /nobody reads .*clientID/,
    ],
    [
      'an override of the local world',
      /(\s+)KEY_VAULT_URI: /,
      "$1OUTBOUND_ALLOW: ''$1KEY_VAULT_URI: ",
      /nobody reads OUTBOUND_ALLOW/,
    ],
    [
      'what Flex refuses',
      /isPremium \? premium : \{\}/,
      'premium',
      /Flex Consumption refuses WEBSITE_RUN_FROM_PACKAGE\n/,
    ],
  ])('are told from %s', (...[, pattern, put, said]) => {
    expect(`${nameFaults(planted(pattern, put), settingNames).join('\n')}\n`).toMatch(said);
  });
});

describe('connections by identity', () => {
  const connections = new Set([...app.queues.values()].map(({ connection }) => String(connection)));

  it('have what the host reads of the connection that the registered triggers name, of storage of its own, and of the desk’s', () => {
    expect([...connections]).toEqual(['SERVICE_BUS']);
    expect(connectionFaults(templates, 'SERVICE_BUS', 'fullyQualifiedNamespace')).toEqual([]);
    expect(connectionFaults(templates, 'STORAGE', 'tableServiceUri')).toEqual([]);
    for (const place of ['blobServiceUri', 'tableServiceUri']) {
      expect(connectionFaults(templates, 'AzureWebJobsStorage', place)).toEqual([]);
    }
  });

  it('are of two identities: the host’s own storage is not for the desk’s', () => {
    const settings = appSettings(templates);
    const clientOf = (name: string) => settings.get(name)?.value.text;
    expect(clientOf('STORAGE__clientId')).toBe('deskClientId');
    expect(clientOf('SERVICE_BUS__clientId')).toBe('deskClientId');
    expect(clientOf('APPLICATIONINSIGHTS_AUTHENTICATION_STRING')).toBe("'Authorization=AAD;ClientId=${deskClientId}'");
    expect(clientOf('AzureWebJobsStorage__clientId')).toBe('hostClientId');
  });

  it.each<[string, RegExp, string, RegExp]>([
    [
      'another prefix',
      /SERVICE_BUS__fullyQualifiedNamespace/,
      'ServiceBus__fullyQualifiedNamespace',
      /__fullyQualifiedNamespace is not set/,
    ],
    ['no identity named', / *SERVICE_BUS__clientId: .*\n/, '', /__clientId is not set/],
    [
      'another kind of credential',
      /(SERVICE_BUS__credential: )'managedidentity'/,
      "$1'managedIdentityX'",
      /another credential/,
    ],
    [
      'a connection string beside it',
      /(\s+)SERVICE_BUS__credential: /,
      '$1SERVICE_BUS: serviceBusHost$1SERVICE_BUS__credential: ',
      /as a connection string/,
    ],
  ])('are told from such with %s', (...[, pattern, put, said]) => {
    expect(connectionFaults(planted(pattern, put), 'SERVICE_BUS', 'fullyQualifiedNamespace').join('\n')).toMatch(said);
  });
});

describe('what is left out in a deployment', () => {
  const settings = appSettings(templates);

  it('is for every registered timer a schedule that the host understands, the one of the example', () => {
    const names = [...app.timers.values()].map(({ schedule }) => /^%(\w+)%$/.exec(String(schedule))?.[1] ?? '');
    expect(new Set(names)).toEqual(new Set(['HEALTH_POLL_SCHEDULE', 'SWEEP_SCHEDULE']));
    for (const name of names) {
      const schedule = defaultOf(settings.get(name)?.value) ?? '';
      expect(parseNcrontab(schedule).next(0)).toBeGreaterThan(0);
      expect(schedule).toBe(example[name]);
    }
  });

  it('is for every interval what the desk itself would take', () => {
    const intervals = ['HEALTH_POLL_MINUTES', 'CUSTOMER_SYNC_MINUTES', 'CASE_SYNC_MINUTES'] as const;
    const unset = Object.fromEntries(intervals.map((name) => [name, '']));
    const read = readConfig({ ...example, ...unset });
    for (const name of intervals) {
      expect(Number(defaultOf(settings.get(name)?.value))).toBe(read.ok && read.config[name]);
    }
  });
});

describe('what else code and templates must name alike', () => {
  it('is what a partner connection has, and what of it may be left out', () => {
    const [connection] = JSON.parse(example.PARTNER_CONNECTIONS ?? '[]') as Record<string, string>[];
    const properties = propertiesOf(typeNamed('partnerConnection'));
    expect(properties.map(({ name }) => name).sort()).toEqual([...connectionFields].sort());
    const needed = properties.filter(({ value }) => value.type !== 'nullable_type').map(({ name }) => name);
    const least = JSON.stringify([Object.fromEntries(needed.map((name) => [name, connection?.[name]]))]);
    expect(readConfig({ ...example, PARTNER_CONNECTIONS: least })).toMatchObject({ ok: true });
  });

  it('is a function that may have instances of its own', () => {
    const named = propertiesOf(typeNamed('readyInstances')).find(({ name }) => name === 'name')!;
    const own = [...app.queues.keys(), ...app.timers.keys()].map((name) => `function:${name}`);
    expect(
      nodesOf(named.node, 'string')
        .map((node) => literal(node))
        .sort(),
    ).toEqual(['http', ...own].sort());
  });
});

/** learn.microsoft.com/azure/role-based-access-control/built-in-roles, each page of a category. */
const builtIn: Record<string, string> = {
  'Azure Service Bus Data Owner': '090c5cfd-751d-490a-894a-3ce6f1109419',
  'Azure Service Bus Data Receiver': '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
  'Azure Service Bus Data Sender': '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
  'Key Vault Certificates Officer': 'a4417e6f-fecd-4de8-b567-7b0420556985',
  'Key Vault Crypto User': '12338af0-0e69-4776-bea7-57ae8d297424',
  'Key Vault Reader': '21090545-7ca7-4776-b22c-e363652d74d2',
  'Key Vault Secrets Officer': 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
  'Key Vault Secrets User': '4633458b-17de-408a-b874-0445c86b69e6',
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb',
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
};

describe('the roles', () => {
  it('are built-in ones for data alone, each under its own id and with a reason, and each of them given', () => {
    for (const { name, id, why } of Object.values(roles)) {
      expect({ name, id }).toEqual({ name, id: builtIn[name] });
      expect(why).toMatch(/\w/);
    }
    expect(new Set(rolesGiven(templates))).toEqual(new Set(Object.keys(roles).map(roleExpression)));
  });
});
