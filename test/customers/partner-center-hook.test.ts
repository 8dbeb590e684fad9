import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import { aHook, customer, partner, subscriptionUpdated } from './a-hook.ts';
import { keys, signed, signedHeaders } from './a-partner-center.ts';

const relationship = '6d171447-b05e-5749-8e8c-2367ad7b0b08-8596f1af-572a-52c1-8977-a02e5d1cd317';

describe('what is read again after an event', () => {
  const to = (name: string, resourceUri: unknown, auditUri: unknown = null) => ({
    EventName: name,
    ResourceUri: resourceUri,
    AuditUri: auditUri,
  });
  const pc = 'https://api.partnercenter.microsoft.com';
  const gdap = `https://partner.microsoft.com/granularAdminRelationships/${relationship}`;
  const record = (what: string) =>
    `${pc}/auditactivity/v1/auditrecords/${partner}_${customer}_${what}_639211761363520276`;

  it.each<[string, unknown, string[]]>([
    ['the customer of a subscription', JSON.parse(subscriptionUpdated), [`customer ${customer}`]],
    [
      'a customer that accepted',
      to('reseller-relationship-accepted-by-customer', `${pc}/v1/customers/${customer.toUpperCase()}`),
      [`customer ${customer}`],
    ],
    [
      'a customer that the audit record alone names',
      to('reseller-relationship-accepted-by-customer', null, record('x')),
      [`customer ${customer}`],
    ],
    ['nothing where no customer is named', to('subscription-updated', `${pc}/v1/customers/usagerecords`), []],
    ['nothing for an id that is none', to('subscription-updated', `${pc}/v1/customers/${customer}0`), []],
    [
      'delegation, for the partner of the audit record',
      to('granular-admin-relationship-approved', gdap, record('granularadminrelationshipapproved')),
      [`delegation emea ${relationship}`],
    ],
    [
      'delegation of every connection where no partner is named',
      to('granular-admin-access-assignment-updated', `${gdap}/accessAssignments/${customer}`),
      [`delegation emea ${relationship}`, `delegation apac ${relationship}`],
    ],
    [
      'delegation without a relationship',
      to('granular-admin-relationship-expired', undefined),
      ['delegation emea -', 'delegation apac -'],
    ],
    ['nothing for a test', to('test-created', `${pc}/webhooks/v1/registration/validationEvents/${customer}`), []],
    ['nothing for an ended DAP', to('dap-admin-relationship-terminated', null), []],
    ['nothing for an invoice', to('invoice-ready', `${pc}/v1/invoices/G1`), []],
    ['nothing for an event of next year', to('something-new', `${pc}/v1/customers/${customer}`), []],
    ['nothing for an event that names what objects inherit', to('constructor', `${pc}/v1/customers/${customer}`), []],
    [
      'a customer, told in camelCase',
      { eventName: 'subscription-updated', resourceUri: `${pc}/v1/customers/${customer}` },
      [`customer ${customer}`],
    ],
  ])('is %s', async (_title, event, expected) => {
    const { send, hinted } = aHook();
    expect([await send(JSON.stringify(event)), hinted]).toEqual(['taken', expected]);
  });

  it('is logged by its name; one that nobody knows is parked with a warning', async () => {
    const { send, entries } = aHook();
    await send(subscriptionUpdated);
    await send(JSON.stringify({ EventName: 'something-new' }));
    expect(entries.map(({ event, level, fields }) => [event, level, fields.eventName])).toEqual([
      ['customers.hook-taken', 'info', 'subscription-updated'],
      ['customers.hook-unknown', 'warn', 'something-new'],
    ]);
  });

  it.each([
    ['no JSON', 'EventName', 'malformed-json'],
    ['no event', '[]', 'invalid-body'],
    ['no name', '{"ResourceUri":null}', 'invalid-body'],
    ['a name that is no text', '{"EventName":1}', 'invalid-body'],
    ['a name with a line end', '{"EventName":"test-created\\n"}', 'invalid-body'],
    ['an address that is no text', '{"EventName":"test-created","ResourceUri":{}}', 'invalid-body'],
    ['bytes that are no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'malformed-json'],
  ])('is nothing for a signed body with %s: it is refused', async (_title, body, code) => {
    const { send, hinted } = aHook();
    expect([await send(body), hinted]).toEqual([code, []]);
  });
});

describe('the same webhook again', () => {
  it('does nothing twice', async () => {
    const { send, hinted, state } = aHook();
    for (let n = 0; n < 50; n++) expect(await send(subscriptionUpdated)).toBe('taken');
    expect([hinted.length, state.turns]).toEqual([1, 1]);
  });

  it('is followed after all where storage was away before', async () => {
    const { send, hinted, state } = aHook();
    state.isStorageAway = true;
    expect(await send(subscriptionUpdated)).toBe('unavailable');
    state.isStorageAway = false;
    expect([await send(subscriptionUpdated), hinted.length]).toEqual(['taken', 1]);
  });

  it('is known for the latest two thousand', async () => {
    const { send, hinted } = aHook();
    const numbered = (n: number) => JSON.stringify({ ...(JSON.parse(subscriptionUpdated) as object), n });
    for (let n = 0; n <= limits.partnerCenterHooksKnown; n++) await send(numbered(n));
    await send(numbered(1));
    expect(hinted.length).toBe(limits.partnerCenterHooksKnown + 1);
    await send(numbered(0));
    expect(hinted.length).toBe(limits.partnerCenterHooksKnown + 2);
  });

  it('is told to come later when there are too many', async () => {
    const { send, state, hinted } = aHook();
    state.turnsLeft = 0;
    expect([await send(subscriptionUpdated), hinted]).toEqual(['too-many-requests', []]);
  });
});

describe('a signature', () => {
  const good = signedHeaders(subscriptionUpdated);
  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
  const text = signed(subscriptionUpdated);

  it.each<[string, Record<string, string>]>([
    ['in the header that the desk registers for', good],
    ['in Authorization', { ...without('x-ms-signature'), authorization: `Signature ${text}` }],
    ['beside an Authorization that is the platform’s', { ...good, authorization: 'Bearer of-the-platform' }],
    ['with its word in another case', { ...good, 'x-ms-signature': `signature ${text}` }],
  ])('is taken %s', async (_title, headers) => {
    expect(await aHook().send(subscriptionUpdated, headers)).toBe('taken');
  });

  it.each<[string, Record<string, string>, string]>([
    ['missing', without('x-ms-signature'), 'unauthenticated'],
    ['of another word', { ...good, 'x-ms-signature': `Bearer ${text}` }, 'unauthenticated'],
    ['without its word', { ...good, 'x-ms-signature': text }, 'unauthenticated'],
    [
      'of another word, beside a good one that does not count',
      { ...good, 'x-ms-signature': `Bearer ${text}`, authorization: `Signature ${text}` },
      'unauthenticated',
    ],
    ['empty', { ...good, 'x-ms-signature': 'Signature ' }, 'unauthenticated'],
    ['twice', { ...good, 'x-ms-signature': `Signature ${text}, Signature ${text}` }, 'unauthenticated'],
    ['without padding', { ...good, 'x-ms-signature': `Signature ${text.replace(/=+$/, '')}` }, 'unauthenticated'],
    [
      'in base64url',
      { ...good, 'x-ms-signature': `Signature ${Buffer.from(text, 'base64').toString('base64url')}` },
      'unauthenticated',
    ],
    ['without a certificate', without('x-ms-certificate-url'), 'invalid-header'],
    ['without an algorithm', without('x-ms-signature-algorithm'), 'invalid-header'],
    ['missing, as is everything else', { 'content-type': 'application/json' }, 'unauthenticated'],
    ...[
      'RSA-SHA256',
      'rsa-sha1',
      'rsa-md5',
      'rsa-sha512',
      'none',
      '',
      'rsa',
      'rsa-sha256 ',
      'hmac-sha256',
      'rsa-sha256,rsa-sha1',
    ]
      .filter((name) => name.trim() !== 'rsa-sha256')
      .map((name): [string, Record<string, string>, string] => [
        `of the algorithm "${name}"`,
        { ...good, 'x-ms-signature-algorithm': name },
        'unauthenticated',
      ]),
  ])('is refused when it is %s, and nobody is called', async (_title, headers, code) => {
    const { send, asked, hinted } = aHook();
    expect([await send(subscriptionUpdated, headers), asked, hinted]).toEqual([code, [], []]);
  });

  it('is refused when it is by another key, or over another body', async () => {
    const { send, hinted } = aHook();
    const byOther = { ...good, 'x-ms-signature': `Signature ${signed(subscriptionUpdated, keys.weak.privateKey)}` };
    expect(await send(subscriptionUpdated, byOther)).toBe('unauthenticated');
    expect(await send(`${subscriptionUpdated} `, good)).toBe('unauthenticated');
    expect(await send('', good)).toBe('unauthenticated');
    expect(hinted).toEqual([]);
  });

  it('waits while nobody can say whose the certificate is', async () => {
    expect(await aHook({ isAway: true }).send(subscriptionUpdated)).toBe('unavailable');
  });
});
