import { describe, expect, it } from 'vitest';
import { customers, guidOf, partner } from '../../local/microsoft/seed-world.ts';
import { limits } from '../../shared/core/limits.ts';
import { aConsentDesk, wantedByPerson } from './a-consent-desk.ts';

describe('asking for a consent', () => {
  it('may happen twice at once: each is good, and the later one counts', async () => {
    const desk = await aConsentDesk();
    const [first, second] = await Promise.all([desk.ask(), desk.ask()]);
    const [one, two] = [await desk.signIn(first), await desk.signIn(second)];
    await Promise.all([desk.arrive(one), desk.arrive(two)]);
    expect([(await desk.read(first)).state, (await desk.read(second)).state]).toEqual(['done', 'done']);
    expect(await desk.kept()).toHaveLength(3);
    expect(await desk.tokens(wantedByPerson)).toBeTypeOf('string');
  });

  it('is bounded per connection, until one has ended or its time is over', async () => {
    const desk = await aConsentDesk();
    const asked = [];
    for (let n = 0; n < limits.partnerConsentsOpen; n++) asked.push(await desk.ask());
    const refused = { code: 'too-many-requests', extras: { retryAfterSeconds: 600 } };
    await expect(desk.asked()).rejects.toMatchObject(refused);
    await desk.arrive(await desk.signIn(asked[0]!));
    await desk.ask();
    await expect(desk.asked()).rejects.toMatchObject({ code: 'too-many-requests' });
    await desk.microsoft.advance(limits.partnerConsentMinutes * 60);
    for (let n = 0; n < limits.partnerConsentsKept; n++) await desk.arrive(await desk.signIn(await desk.ask()));
    await expect(desk.read(asked[0]!)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('under the same key is answered the same, and for another connection refused', async () => {
    const other = { id: 'other', tenantId: customers[1]!.tenantId, clientId: guidOf('other'), role: 'direct' };
    const desk = await aConsentDesk({ PARTNER_CONNECTIONS: JSON.stringify([{ ...partnerSetting }, other]) });
    const key = { 'idempotency-key': 'once' };
    const [first, again] = [await desk.asked(key, ofPartner), await desk.asked(key, ofPartner)];
    expect(again.body).toEqual(first.body);
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    expect(again.headers).toMatchObject({ 'idempotent-replayed': 'true' });
    await expect(desk.asked(key, { connectionId: 'other' })).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    await expect(desk.asked({}, {})).rejects.toMatchObject({ code: 'invalid-body' });
    await expect(desk.asked({}, { connectionId: 'nobody' })).rejects.toMatchObject({ code: 'invalid-body' });
  });

  it('names the setting where the desk does not know its own address', async () => {
    const desk = await aConsentDesk({ DESK_PUBLIC_URL: '' });
    await expect(desk.asked()).rejects.toMatchObject({
      code: 'setting-missing',
      detail: expect.stringContaining('DESK_PUBLIC_URL') as string,
    });
    expect(desk.calls).toEqual([]);
  });
});

describe('a sign-in beside the daily renewal', () => {
  it('puts its token after the one that is being put, so that it stays on top', async () => {
    const desk = await aConsentDesk();
    const at = await desk.signIn(await desk.ask());
    await desk.grants.mayPut(partner.id);
    const startedAt = desk.clock.now();
    const puts: number[] = [];
    desk.wire.before = ({ method }) => {
      if (method === 'PUT') puts.push(desk.clock.now() - startedAt);
    };
    expect(await desk.arrive(at)).toMatchObject({ status: 200 });
    expect(puts).toEqual([30_000]);
    expect(await desk.grants.mayPut(partner.id)).toBe(true);
  });
});

const partnerSetting = { id: partner.id, tenantId: partner.tenantId, clientId: partner.clientId, role: partner.role };
const ofPartner = { connectionId: partner.id };
