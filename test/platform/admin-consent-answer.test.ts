import { describe, expect, it } from 'vitest';
import { aDesk } from '../support/a-desk.ts';

const tenant = '00000000-0000-4000-8000-00000000c0de';
const callback = (query: Record<string, string>) =>
  `/api/partner-consents/callback?${new URLSearchParams(query).toString()}`;
const denied = { error: 'access_denied', error_description: 'AADSTS65004: <b>Oda</b> declined.' };

describe('the page at which an administrator’s consent by a link ends', () => {
  it.each<[string, Record<string, string>, [title: string, said: string]]>([
    ['was given', { admin_consent: 'True', tenant }, ['Consent given', 'has been given its consent']],
    ['was given, with a state of the link’s own', { admin_consent: 'True', tenant, state: 'x' }, ['Consent given', '']],
    ['was refused', { ...denied, admin_consent: 'True', tenant }, ['Consent not given', '(AADSTS65004)']],
    ['was refused, and nothing else', { ...denied, state: '' }, ['Consent not given', 'Open the link again']],
    [
      'was cancelled',
      { error: 'permission_denied', error_description: 'x' },
      ['Consent not given', '(permission_denied)'],
    ],
    ['came to nothing', { admin_consent: 'False' }, ['Consent not given', '(answer-misfit)']],
  ])('says that it %s, believes nothing, and asks nobody', async (_title, query, [title, said]) => {
    const desk = await aDesk();
    const page = await desk.call('GET', callback(query), { headers: { accept: 'text/html' } });
    expect(page).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(page.text).toContain(`<h1>${title}</h1>`);
    expect(page.text).toContain(said);
    expect(page.text).not.toMatch(new RegExp(`Oda|command|${tenant}`));
    expect(desk.cost()).toEqual({ gets: 0, queries: 0, transactions: 0, sends: 0 });
    expect(desk.outside.calls).toEqual([]);
  });

  it('is for programs JSON', async () => {
    const desk = await aDesk();
    expect((await desk.call('GET', callback({ admin_consent: 'true' }))).json).toMatchObject({ state: 'consented' });
    expect((await desk.call('GET', callback(denied))).json).toMatchObject({ state: 'not-consented' });
  });

  it.each<[string, Record<string, string>]>([
    ['a state that is not the desk’s', { ...denied, state: 'x' }],
    ['a code', { admin_consent: 'True', code: 'x' }],
    ['nothing', {}],
  ])('is another one than that of a sign-in, which has %s', async (_title, query) => {
    const desk = await aDesk();
    const page = await desk.call('GET', callback(query), { headers: { accept: 'text/html' } });
    expect(page).toMatchObject({ status: 400, text: expect.stringContaining('Not signed in') as string });
  });
});
