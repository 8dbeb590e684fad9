import { describe, expect, it } from 'vitest';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
import type { CaseRef } from '../../shared/escalations/case-follower.ts';
import { partnerCenterRefusals } from '../../shared/escalations/partner-center-refusals.ts';
import { partnerCenterFollower } from '../../shared/escalations/service-requests.partnercenter.ts';
import { serviceRequestSchema, toCaseSeen } from '../../shared/escalations/service-request.ts';
import { systemClock, type Clock } from '../../shared/core/clock.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
import { createHttp } from '../../shared/platform/node-http.http.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { partnerCenter, runningMicrosoft } from '../local-microsoft/running-microsoft.ts';
import { scriptedHttp, type Scripted } from '../support/scripted-http.ts';

const number = '626112609100001';
const mark = 'desk-abcdefghijklmnopqrstuvwxy2-1-message-1';
const aRef: CaseRef = {
  escalationId: 'abcdefghijklmnopqrstuvwxy2-1',
  caseNumber: number,
  connectionId: partner.id,
  customerTenantId: customers[0]!.tenantId,
  partnerTenantId: partner.tenantId,
  tokenWay: 'delegated',
};
const aMessage = { kind: 'message', name: mark, subject: 'Update', text: 'It happens since Monday.' } as const;

/** The adapter at the simulated Microsoft, where a person has filed a request in the portal. */
async function aCase() {
  const microsoft = await runningMicrosoft();
  const clock: Clock = { ...systemClock, now: () => microsoft.clock.now() };
  const http = createHttp({ clock });
  const sent: { method: string; requestId: string | undefined }[] = [];
  const bearer = await microsoft.userBearer(partner.tenantId, partnerCenter);
  const follower = partnerCenterFollower({
    http: async (call) => {
      sent.push({ method: call.method, requestId: call.headers?.['MS-RequestId'] });
      return http(call);
    },
    tokens: async () => bearer.authorization.replace('Bearer ', ''),
    clock,
    cloud: {
      endpoints: {
        graphBaseUrl: '',
        azureManagementBaseUrl: '',
        partnerCenterBaseUrl: microsoft.settings.PARTNER_CENTER_BASE_URL!,
      },
    },
  });
  const move = async (change: object) => microsoft.control({ scenario: { serviceRequest: { id: number, ...change } } });
  await move({ tenantId: aRef.customerTenantId, title: 'Invoice line that nobody knows' });
  const read = async (since?: string) => {
    const answer = await follower.read(aRef, since);
    if (answer.kind !== 'found') throw new Error(answer.kind);
    return answer.case;
  };
  return { microsoft, follower, move, read, sent };
}

describe('a service request at Partner Center', () => {
  it('is read with its number, its state and what Microsoft wrote', async () => {
    const { move, read } = await aCase();
    await move({ note: 'We asked the billing team.', severity: 'minimal' });
    expect(await read()).toMatchObject({
      number,
      status: 'open',
      isClosed: false,
      severity: 'minimal',
      needsAnswer: false,
      messages: [{ from: 'microsoft', text: 'We asked the billing team.' }],
    });
  });

  it('asks for an answer by its status, and says that it is closed', async () => {
    const { move, read } = await aCase();
    await move({ status: 'attention_needed' });
    expect(await read()).toMatchObject({ needsAnswer: true, isClosed: false });
    await move({ status: 'closed' });
    expect(await read()).toMatchObject({ needsAnswer: false, isClosed: true });
  });

  it('gives only what was written after the time asked for', async () => {
    const { microsoft, move, read } = await aCase();
    await move({ note: 'First.' });
    const [first] = (await read()).messages;
    await microsoft.advance(60);
    await move({ note: 'Second.' });
    expect((await read(first!.at)).messages.map(({ text }) => text)).toEqual(['Second.']);
  });

  it('is unknown to this way where Partner Center has none of the number, for colleagues too', async () => {
    const { follower, sent } = await aCase();
    const answer = await follower.read({ ...aRef, caseNumber: '626112609999999' }, undefined);
    expect(answer).toEqual({ kind: 'absent' });
    expect(sent).toHaveLength(2);
  });

  it('takes a note, which is known again as the desk’s own', async () => {
    const { follower, read } = await aCase();
    expect(await follower.wish(aRef, aMessage, false)).toEqual({ kind: 'done' });
    expect((await read()).messages).toMatchObject([
      { from: 'partner', text: expect.stringContaining(aMessage.text) as string },
    ]);
    expect(await read()).toMatchObject({ status: 'open', severity: 'moderate' });
  });

  it('gets a note once where the answer to the first try was lost', async () => {
    const { microsoft, follower, read, sent } = await aCase();
    await microsoft.control({ fault: { match: 'partnercenter.servicerequests.patch', status: 0, after: true } });
    expect(await follower.wish(aRef, aMessage, false)).toMatchObject({ kind: 'unknown' });
    expect(await follower.wish(aRef, aMessage, true)).toEqual({ kind: 'done' });
    expect((await read()).messages).toHaveLength(1);
    expect(sent.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it('gets a note by the second try where the first never came, under the same MS-RequestId', async () => {
    const { microsoft, follower, read, sent } = await aCase();
    await microsoft.control({ fault: { match: 'partnercenter.servicerequests.patch', status: 503 } });
    expect(await follower.wish(aRef, aMessage, false)).toMatchObject({ kind: 'unknown' });
    expect(await follower.wish(aRef, aMessage, true)).toEqual({ kind: 'done' });
    expect((await read()).messages).toHaveLength(1);
    const ids = sent.filter(({ method }) => method === 'PATCH').map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
  });

  it('is closed, and closing it again changes nothing', async () => {
    const { follower, read, sent } = await aCase();
    const close = { kind: 'close', name: mark, text: 'Solved on our side.' } as const;
    expect(await follower.wish(aRef, close, false)).toEqual({ kind: 'done' });
    expect(await follower.wish(aRef, close, true)).toEqual({ kind: 'done' });
    expect(await read()).toMatchObject({ isClosed: true, messages: [{ from: 'partner' }] });
    expect(sent.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it('takes another severity and nothing else', async () => {
    const { follower, read } = await aCase();
    expect(await follower.wish(aRef, { kind: 'severity', severity: 'critical' }, false)).toEqual({ kind: 'done' });
    expect(await read()).toMatchObject({ severity: 'critical', status: 'open', messages: [] });
  });
});

describe('what a service request says', () => {
  const seen = (change: object) =>
    toCaseSeen(serviceRequestSchema.parse({ Id: number, Status: 'open', Severity: 'moderate', ...change }), undefined);

  it.each([
    [1, 'open'],
    [2, 'closed'],
    [3, 'attention_needed'],
    ['3', 'attention_needed'],
    ['AttentionNeeded', 'attention_needed'],
    ['attention needed', 'attention_needed'],
    ['Closed', 'closed'],
    ['Escalated', 'Escalated'],
    [null, 'none'],
  ])('reads status %j as %s', (status, word) => {
    expect(seen({ Status: status }).status).toBe(word);
  });

  it.each([
    [1, 'critical'],
    ['Minimal', 'minimal'],
    [0, undefined],
    ['unknown', undefined],
  ])('reads severity %j as %s', (severity, word) => {
    expect(seen({ Severity: severity }).severity).toBe(word);
  });

  it('takes times with and without a zone as UTC, oldest first, and leaves out notes without time or text', () => {
    const notes = [
      { CreatedByName: 'Support engineer', CreatedDate: '2026-08-24T09:12:40.61', Text: 'Later.' },
      { CreatedByName: 'Support engineer', CreatedDate: '2026-08-24T07:30:02Z', Text: 'Earlier.' },
      { CreatedByName: 'Support engineer', CreatedDate: '0001-01-01T00:00:00', Text: 'Never.' },
      { CreatedByName: 'Support engineer', CreatedDate: '2026-08-24T07:30:02Z', Text: ' ' },
    ];
    expect(seen({ Notes: notes }).messages.map(({ at, text }) => [at, text])).toEqual([
      ['2026-08-24T07:30:02.000Z', 'Earlier.'],
      ['2026-08-24T09:12:40.610Z', 'Later.'],
    ]);
  });

  it('takes a note by the contact of the request as the partner’s', () => {
    const notes = [{ createdByName: 'Aasen', createdDate: '2026-08-24T07:30:02.11', text: 'Traces are attached.' }];
    const primaryContact = { lastName: 'Aasen', firstName: 'Ingrid' };
    expect(seen({ notes, primaryContact }).messages[0]!.from).toBe('partner');
    expect(seen({ notes }).messages[0]!.from).toBe('microsoft');
  });
});

/** Microsoft docs: "Partner Center REST error codes"; the last column is what the escalation shows. */
const errors: [status: number, code: string, refusal: keyof typeof partnerCenterRefusals][] = [
  [401, '900421', 'partner-center-mfa'],
  [401, '900420', 'partner-center-audience'],
  [401, '400', 'partner-center-sign-in'],
  [401, '800001', 'partner-center-sign-in'],
  [403, '900309', 'partner-center-policy'],
  [403, '900329', 'partner-center-app-only'],
  [403, '20002', 'partner-center-no-relationship'],
  [403, '2032', 'partner-center-role'],
  [403, '900308', 'partner-center-role'],
  [403, '900150', 'partner-center-role'],
  [403, '2006', 'partner-center-role'],
  [400, '3000', 'partner-center-rejected'],
  [400, '2055', 'partner-center-rejected'],
  [400, '900126', 'partner-center-rejected'],
  [405, '405', 'partner-center-rejected'],
  [406, '406', 'partner-center-rejected'],
  [409, '409', 'partner-center-rejected'],
  [412, '412', 'partner-center-rejected'],
  [417, '800036', 'partner-center-rejected'],
];

function scripted(answer: () => Scripted | Error) {
  const { http, calls } = scriptedHttp(answer);
  const deps = {
    http,
    tokens: async () => 'token',
    clock: systemClock,
    cloud: { endpoints: { graphBaseUrl: '', azureManagementBaseUrl: '', partnerCenterBaseUrl: 'https://pc.example' } },
  };
  return { deps, calls, follower: partnerCenterFollower(deps) };
}

describe('an error of Partner Center', () => {
  it.each(errors)('%i %s names what to do, for reading and for writing', async (status, code, refusal) => {
    const { follower } = scripted(() => ({ status, json: { code, description: 'No', source: 'PartnerAPI' } }));
    const wanted = { kind: 'refused', code: refusal, upstream: `${String(status)} ${code}` };
    const expected = status === 401 ? { kind: 'passing', doubt: wanted } : wanted;
    expect(await follower.read(aRef, undefined)).toMatchObject(expected);
    expect(await follower.wish(aRef, aMessage, false)).toMatchObject(expected);
    expect(partnerCenterRefusals[refusal].remedy.length).toBeGreaterThan(20);
  });

  it.each([408, 500, 501, 502, 503, 504])(
    '%i passes for reading, and leaves open whether a note was taken',
    async (status) => {
      const { follower } = scripted(() => ({ status, headers: { 'retry-after': '17' } }));
      expect(await follower.read(aRef, undefined)).toMatchObject({ kind: 'passing', retryAfterSeconds: 17 });
      expect(await follower.wish(aRef, aMessage, false)).toMatchObject({ kind: 'unknown', retryAfterSeconds: 17 });
    },
  );

  it('429 passes, also for a note, which was not taken', async () => {
    const json = { statusCode: 429, message: 'Rate limit is exceeded. Try again in 57 seconds.' };
    const { follower } = scripted(() => ({ status: 429, headers: { 'retry-after': '57' }, json }));
    const expected = { kind: 'passing', retryAfterSeconds: 57 };
    expect(await follower.read(aRef, undefined)).toMatchObject(expected);
    expect(await follower.wish(aRef, aMessage, false)).toMatchObject(expected);
  });

  it('404 says that this way does not know the case, and to a note that it was rejected', async () => {
    const { follower } = scripted(() => ({ status: 404, json: { code: '1000', description: 'Not found' } }));
    expect(await follower.read(aRef, undefined)).toEqual({ kind: 'absent' });
    expect(await follower.wish(aRef, aMessage, false)).toMatchObject({
      kind: 'refused',
      code: 'partner-center-rejected',
    });
  });

  it('is passing where there is no whole answer, and unknown for a note', async () => {
    const { follower } = scripted(() => new HttpFailure('timeout', 'too slow'));
    expect(await follower.read(aRef, undefined)).toMatchObject({ kind: 'passing' });
    expect(await follower.wish(aRef, aMessage, false)).toMatchObject({ kind: 'unknown' });
  });

  it('is passing where the answer is no service request', async () => {
    const { follower } = scripted(() => ({ status: 200, body: '<html>' }));
    expect(await follower.read(aRef, undefined)).toMatchObject({ kind: 'passing' });
  });

  it.each([
    ['away', { kind: 'passing' }],
    ['throttled', { kind: 'passing', retryAfterSeconds: 60 }],
    ['grant-dead', { kind: 'passing', doubt: { kind: 'refused', code: 'partner-center-sign-in' } }],
    ['no-grant', { kind: 'passing', doubt: { kind: 'refused', code: 'partner-center-sign-in' } }],
  ] as const)('is told of a token that is not there (%s), and nothing is written', async (reason, expected) => {
    const { deps, calls } = scripted(() => ({ status: 500 }));
    const tokens = async () => {
      throw new TokenFailure(reason, 'no token', reason === 'throttled' ? { retryAfterSeconds: 60 } : {});
    };
    const follower = partnerCenterFollower({ ...deps, tokens });
    expect(await follower.read(aRef, undefined)).toMatchObject(expected);
    expect(await follower.wish(aRef, aMessage, false)).toMatchObject(expected);
    expect(calls).toEqual([]);
  });
});
