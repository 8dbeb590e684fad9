import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { parseRouteTemplate } from '../../local/host/route-template.ts';
import { settingNames } from '../../shared/platform/config.ts';
import { openApi } from '../../shared/platform/openapi.ts';
import { queues, tableNames } from '../../shared/platform/resources.ts';
import { aDesk } from '../support/a-desk.ts';

type Operation = {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  responses: Record<string, { content?: Record<string, unknown> }>;
};
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: object } };

const desk = await aDesk();
const { routes, queues: consumers, timers } = desk.catalogue;
const document = openApi(routes) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ call: `${method.toUpperCase()} ${path}`, path, operation })),
);

/** What portals and operators hold on to: a call that is added, moved or gone is a decision, and is made here too. */
const promised = [
  'DELETE /api/contacts/{id}',
  'GET /.well-known/csp-support.json',
  'GET /api/acknowledge/{token}',
  'GET /api/boundary-rules',
  'GET /api/case-mails',
  'GET /api/consent-runs/{id}',
  'GET /api/contacts/{id}',
  'GET /api/customers',
  'GET /api/customers/{id}',
  'GET /api/customers/{id}/admin-links',
  'GET /api/customers/{id}/health',
  'GET /api/customers/{id}/incidents',
  'GET /api/directory-defaults',
  'GET /api/doctor',
  'GET /api/escalations',
  'GET /api/escalations/{id}',
  'GET /api/escalations/{id}/timeline',
  'GET /api/health',
  'GET /api/incidents',
  'GET /api/incidents/{id}',
  'GET /api/livez',
  'GET /api/openapi.json',
  'GET /api/operations/checks/{id}',
  'GET /api/operations/poisoned',
  'GET /api/operations/restore',
  'GET /api/pages',
  'GET /api/pages/{id}',
  'GET /api/partner-consents/callback',
  'GET /api/partner-consents/{id}',
  'GET /api/portals',
  'GET /api/portals/{id}',
  'GET /api/quarantine',
  'GET /api/quarantine/{id}',
  'GET /api/reach-policy',
  'GET /api/readiness',
  'GET /api/readyz',
  'GET /api/requests',
  'GET /api/requests/{id}',
  'GET /api/requests/{id}/clocks',
  'GET /api/requests/{id}/escalation/preview',
  'GET /api/requests/{id}/timeline',
  'GET /api/support-statement',
  'GET /api/vehicles/{connectionId}',
  'GET /api/vehicles/{connectionId}/{vehicle}',
  'PATCH /api/customers/{id}',
  'PATCH /api/portals/{id}',
  'PATCH /api/requests/{id}',
  'POST /api/case-mails/{id}/dismiss',
  'POST /api/case-mails/{id}/place',
  'POST /api/acknowledge/{token}',
  'POST /api/consent-runs',
  'POST /api/customers/refs/import',
  'GET /api/escalations/{id}/packet',
  'POST /api/doctor',
  'POST /api/escalations/{id}/acceptance',
  'POST /api/escalations/{id}/claim',
  'POST /api/escalations/{id}/filing',
  'POST /api/escalations/{id}/redrive',
  'POST /api/escalations/{id}/requests',
  'POST /api/escalations/{id}/updates',
  'POST /api/escalations/{id}/updates/{update}/carried',
  'POST /api/hooks/azure-service-health',
  'POST /api/hooks/partner-center',
  'POST /api/hooks/portals/{portalId}',
  'POST /api/operations/checks',
  'POST /api/operations/poisoned/redrive',
  'POST /api/operations/restore/release',
  'POST /api/pages/{id}/acknowledge',
  'POST /api/partner-consents',
  'POST /api/portals',
  'POST /api/portals/{id}/disable',
  'POST /api/portals/{id}/rotate',
  'POST /api/portals/{id}/test',
  'POST /api/quarantine/{id}/assign',
  'POST /api/quarantine/{id}/discard',
  'POST /api/requests',
  'POST /api/requests/{id}/comments',
  'POST /api/requests/{id}/escalation',
  'POST /api/requests/{id}/transitions',
  'PUT /api/boundary-rules',
  'PUT /api/customers/{id}/refs',
  'PUT /api/directory-defaults',
  'PUT /api/requests/{id}/diagnostic-consent',
  'PUT /api/reach-policy',
  'PUT /api/requests/{id}/refs',
  'PUT /api/vehicles/{connectionId}/{vehicle}',
];

describe('the API document', () => {
  it('is the one that is committed (vitest run test/architecture/contract.test.ts -u writes it)', async () => {
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/openapi.json');
  });

  it('is valid OpenAPI 3.1', async () => {
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  });

  it('is what the desk itself serves', async () => {
    const { status, json } = await desk.call('GET', '/api/openapi.json');
    expect({ status, json }).toEqual({ status: 200, json: JSON.parse(JSON.stringify(document)) as unknown });
  });

  it('names the calls that were promised, and no other', () => {
    expect(operations.map(({ call }) => call).sort()).toEqual(promised.toSorted());
  });

  it('names every registered route, and only those', () => {
    const registered = [...desk.app.http].map(([name, { methods, route }]) => {
      return `${String((methods as string[])[0])} /${String(route)} ${name}`;
    });
    expect(operations.map(({ call, operation }) => `${call} ${operation.operationId}`).sort()).toEqual(
      registered.sort(),
    );
  });

  it.each(operations)('gives each path parameter of $call its schema', ({ path, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const described = operation.parameters.filter((parameter) => parameter.in === 'path');
    expect(described.map(({ name }) => name)).toEqual(inPath);
    for (const { required, schema } of described) {
      expect(required).toBe(true);
      expect(Object.keys(schema)).toContain('type');
    }
  });

  it.each(operations)('tells the refusals of $call as problem+json', ({ operation }) => {
    const refusals = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
    expect(refusals.map(([status]) => status)).toEqual(expect.arrayContaining(['400', '500', '503']));
    for (const [, { content }] of refusals) expect(Object.keys(content ?? {})).toContain('application/problem+json');
  });
});

describe('the functions', () => {
  const names = [...routes, ...consumers, ...timers].map(({ name }) => name);

  it('have names of their own, as the host takes them', () => {
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,126}$/);
  });

  it('stand at paths that the host takes and does not own', () => {
    for (const { path } of routes) {
      expect(path).not.toMatch(/^(?:admin|runtime)(?:\/|$)/i);
      expect(path).not.toMatch(/^\/|\/$/);
      expect(parseRouteTemplate(path).text).toBe(path);
    }
  });

  it('drink from every queue there is, one function each', () => {
    expect(consumers.map(({ queue }) => queue).sort()).toEqual(Object.keys(queues).sort());
  });

  it('run by schedules that are settings', () => {
    for (const { scheduleSetting } of timers) expect(settingNames).toContain(scheduleSetting);
  });
});

describe('the list of queues and tables', () => {
  const resources = JSON.parse(readFileSync('infra/resources.json', 'utf8')) as { queues: object; tables: string[] };

  it('is the one that the code works from', () => {
    expect(tableNames).toEqual(resources.tables);
    expect(queues).toEqual(resources.queues);
  });

  it('holds names that Azure takes', () => {
    for (const table of tableNames) expect(table).toMatch(/^[a-z][a-z0-9]{2,62}$/);
    for (const queue of Object.keys(queues)) expect(queue).toMatch(/^[a-z][a-z0-9-]{2,49}$/);
  });
});
