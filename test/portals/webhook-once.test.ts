import { describe, expect, it } from 'vitest';
import { aHook, leftAt } from './a-hook.ts';

describe('one webhook-id', () => {
  it('that was quarantined keeps that answer once its customer is mapped, and is no request', async () => {
    const { desk, send, requests } = await aHook();
    const first = await send('fabrikam');
    await desk.putCustomer('fabrikam');
    expect(await send('fabrikam')).toEqual(first);
    expect(first).toHaveProperty('quarantineId');
    expect(requests()).toEqual([]);
  });

  it('that was quarantined is refused for another body that would be taken in', async () => {
    const { send, requests } = await aHook();
    await send('fabrikam');
    await expect(send('contoso')).rejects.toMatchObject({ code: 'webhook-id-reused' });
    expect(requests()).toEqual([]);
  });

  it('that was taken in keeps that answer once its customer has left, and is not quarantined', async () => {
    const { desk, send, quarantined } = await aHook();
    const first = await send('contoso');
    await desk.putCustomer('contoso', { leftAt });
    expect(await send('contoso')).toEqual(first);
    expect(first).toHaveProperty('requestId');
    expect(quarantined()).toEqual([]);
  });

  it('that was taken in is refused for another body that would be quarantined', async () => {
    const { send, quarantined } = await aHook();
    await send('contoso');
    await expect(send('fabrikam')).rejects.toMatchObject({ code: 'webhook-id-reused' });
    expect(quarantined()).toEqual([]);
  });

  it('that was taken in is refused for a body that differs outside its data', async () => {
    const { send, requests } = await aHook();
    await send('contoso');
    await expect(send('contoso', { timestamp: '2026-11-02T09:00:01Z' })).rejects.toMatchObject({
      code: 'webhook-id-reused',
    });
    expect(requests()).toHaveLength(1);
  });

  it('is told where in its body the data does not fit', async () => {
    const { send } = await aHook();
    await expect(send('contoso', { title: ' ' })).rejects.toMatchObject({
      code: 'invalid-body',
      extras: { errors: [{ path: 'data.title' }] },
    });
  });

  it('is looked up in the quarantine by one point read, whatever else the intake costs', async () => {
    const { desk, send } = await aHook();
    await send('contoso');
    const { counts } = desk.of('portals');
    Object.assign(counts, { get: 0, query: 0, transact: 0 });
    await send('contoso');
    expect(counts).toMatchObject({ get: 1, query: 0, transact: 0 });
  });
});
