import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import { oddAnswers } from './odd-answers.ts';
import { runDirectory, state } from './passes.ts';

const sample = (name: string) => readFileSync(new URL(`samples/${name}.json`, import.meta.url), 'utf8');
const samples = globSync('test/customers/samples/pc-*.json').map((file) => basename(file, '.json'));

/** The directory's questions, by what their paths look like; the last three are asked about one customer. */
const questions = {
  list: /\/customers$/,
  audit: /\/auditrecords$/,
  resellers: /\/v1\/relationships$/,
  customer: /\/customers\/00000000[^/]+$/,
  subscriptions: /\/customers\/00000000[^/]+\/subscriptions$/,
  served: /\/customers\/00000000[^/]+\/relationships$/,
} as const;
type Question = keyof typeof questions;

/** A provider's directory that gets one body for one question, from the start and for what a hint asks. */
async function answered(question: Question, body: string, status = 200) {
  const desk = aHealthDesk({ role: 'provider' });
  desk.microsoft.addTenants(3);
  desk.microsoft.options.instead = (url) =>
    questions[question].test(url.pathname) ? { status, headers: {}, body } : undefined;
  await desk.ensureDirectory(desk.scope);
  await runDirectory(desk, { minutes: 18 });
  await desk.hints.customer(desk.tenant(0), desk.scope);
  await runDirectory(desk, { minutes: 4 });
  return desk;
}

/** What an operator could see of a trouble: a directory that says so, a customer that says so, or a line in the log. */
async function troubles(desk: HealthDesk): Promise<string[]> {
  const { customers } = await desk.customers.page({ limit: 100 });
  return [
    ...(await state(desk)).troubles.map(({ turn, code }) => `${turn} ${code}`),
    ...customers.flatMap(({ detailsTrouble }) => detailsTrouble?.code ?? []),
    ...desk.entries.filter(({ level }) => level === 'warn').map(({ event }) => event),
  ];
}

function expectNoTokenElsewhere(desk: HealthDesk) {
  for (const { url, headers } of desk.microsoft.calls) {
    const { origin } = new URL(url);
    const [resource] = (headers.authorization ?? '').replace('Bearer ', '').split(' ');
    const { pc, arm, login, graph } = desk.microsoft.root;
    expect({ [pc]: 'partnercenter', [arm]: 'azure', [login]: '', [graph]: 'graph' }[origin]).toBe(resource);
  }
}

/** Trouble with one question leaves the rest of the directory alone. */
async function expectTheRestToBeKnown(desk: HealthDesk, question: Question) {
  if (question === 'list') return;
  const { customers } = await desk.customers.page({ limit: 100 });
  expect(customers).toHaveLength(3);
  expect(await desk.customers.byDomain('customer1.example')).toBe(desk.id(1));
  expect((await desk.customers.get(desk.id(1)))!.leftAt).toBeUndefined();
}

describe.each(Object.keys(questions) as Question[])('an answer about %s', (question) => {
  it.each(samples)('may be %s', async (name) => {
    const status = Number(/error-(\d{3})/.exec(name)?.[1] ?? 200);
    const desk = await answered(question, sample(name), status);
    expectNoTokenElsewhere(desk);
    await expectTheRestToBeKnown(desk, question);
    expect(status === 200 || (await troubles(desk)).length > 0).toBe(true);
  });
});

const relationships = JSON.stringify({
  totalCount: 1,
  items: [
    {
      id: '484e548c-f5f3-4528-93a9-c16c6373cb59',
      name: 'First Up Consultants',
      relationshipType: 'is_indirect_cloud_solution_provider_of',
      mpnId: '4847383',
      attributes: { objectType: 'PartnerRelationship' },
    },
  ],
  attributes: { objectType: 'Collection' },
});

describe.each<[Question, string]>([
  ['list', sample('pc-customers-page2-last')],
  ['list', sample('pc-customers-page1-continuation')],
  ['audit', sample('pc-auditrecords-gdap-approved')],
  [
    'customer',
    sample('pc-customer-by-id').replaceAll(
      '60be9e54-ef07-56f9-a240-15caa7805f3e',
      '00000000-0000-4000-8000-000000000000',
    ),
  ],
  ['subscriptions', sample('pc-customer-subscriptions')],
  ['resellers', relationships],
  ['served', relationships],
])('the answer about %s, bent', (question, text) => {
  it('is parsed or refused with a trouble, whatever is wrong with it', { timeout: 60_000 }, async () => {
    for (const { name, body, isHopeless } of oddAnswers(text)) {
      const desk = await answered(question, body);
      expectNoTokenElsewhere(desk);
      await expectTheRestToBeKnown(desk, question);
      expect({ name, isSilent: isHopeless && (await troubles(desk)).length === 0 }).toEqual({ name, isSilent: false });
    }
  });
});

describe('the samples of the directory', () => {
  it('are read as they are meant', async () => {
    // The third was hinted at.
    const listed = await answered('list', sample('pc-customers-page2-last'));
    const { customers } = await listed.customers.page({ limit: 10 });
    expect(customers.map(({ name }) => name).sort()).toEqual([
      'Ostravan Foundry Works',
      'Tamarisk Schools Trust',
      'customer0',
    ]);
    const sold = await answered('subscriptions', sample('pc-customer-subscriptions'));
    const customer = (await sold.customers.get(sold.id(0)))!;
    expect(customer.services).toEqual(expect.arrayContaining(['Exchange', 'Intune']));
    expect(customer.services).not.toContain('azure');
    expect(customer).toMatchObject({ azureSubscriptionIds: [], reseller: { partnerId: '5501230' } });
    const served = await answered('served', relationships);
    expect((await served.customers.get(served.id(0)))!.reseller).toEqual({
      tenantId: '484e548c-f5f3-4528-93a9-c16c6373cb59',
      partnerId: '4847383',
      name: 'First Up Consultants',
    });
  });
});

describe('pages without end', () => {
  const endless = (path: string, page: string) => {
    const desk = aHealthDesk();
    desk.microsoft.addTenants(2);
    let token = 0;
    desk.microsoft.options.instead = (url) => {
      if (!url.pathname.endsWith(path)) return undefined;
      const next = { headers: [{ key: 'MS-ContinuationToken', value: String(++token) }] };
      const body = JSON.stringify({ ...(JSON.parse(page) as object), links: { next } });
      return { status: 200, headers: {}, body };
    };
    return { desk, pages: () => token };
  };

  it('of the list end in a trouble, and nobody is taken for gone', async () => {
    const { desk, pages } = endless('/customers', sample('pc-customers-page2-last'));
    await desk.ensureDirectory(desk.scope);
    await runDirectory(desk, { minutes: 40, stepSeconds: 1 });
    expect(pages()).toBe(2_000);
    expect((await state(desk)).troubles).toMatchObject([{ turn: 'list', code: 'unreadable' }]);
  });

  it('of audit records make the list be read instead', async () => {
    const { desk, pages } = endless('/auditrecords', sample('pc-auditrecords-gdap-approved'));
    await desk.ensureDirectory(desk.scope);
    await runDirectory(desk, { minutes: 17, stepSeconds: 1 });
    expect(pages()).toBe(20);
    expect((await state(desk)).troubles).toMatchObject([{ turn: 'changes', code: 'unreadable' }]);
    expect(desk.entries.filter(({ event }) => event === 'customers.directory-done')).toHaveLength(2);
  });
});
