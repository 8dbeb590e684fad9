import { describe, expect, it } from 'vitest';
import { aPerson, aPortal, anOpenDesk, tenantId } from './desk.ts';

const ref = { system: 'psa', id: 'T:1 & 2', url: 'https://psa.example/T1' };
const find = (query: string) => `api/requests?${query}`;
const byRef = `externalRef=${encodeURIComponent(`psa:${ref.id}`)}`;
type Page = { items: { id: string }[] };

describe('external references of a request', () => {
  it('are given by its portal afterwards, shown, told, and lead back to it', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const path = `api/requests/${id}/refs`;
    expect((await desk.call('PUT', path, { body: { externalRefs: [ref] } })).status).toBe(428);
    const put = await desk.call('PUT', path, { body: { externalRefs: [ref] }, headers: { 'if-match': '"1"' } });
    expect(put).toMatchObject({ status: 200, body: { id, version: 2, externalRefs: [ref] } });
    await desk.settle();
    const told = [...desk.notices.values()].find(({ type }) => type === 'request.updated')?.told;
    expect(told).toMatchObject([{ requestId: id, externalRefs: [ref] }]);
    expect((await desk.call('GET', find(byRef))).body).toMatchObject({ items: [{ id }] });
    const timeline = await desk.call('GET', `api/requests/${id}/timeline`);
    expect(timeline.body).toMatchObject({ items: [{}, { kind: 'changed', changes: { externalRefs: [ref] } }] });
  });

  it('find nothing once taken away, of another portal’s, or where another filter does not fit', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit({ externalRefs: [ref] });
    await desk.settle();
    const found = async (query: string, as = aPortal('north')) =>
      ((await desk.call('GET', find(query), { as })).body as Page).items.length;
    desk.reset();
    expect(await found(byRef)).toBe(1);
    // The index, the head, and the content of the answer.
    expect(desk.cost()).toMatchObject({ gets: 3, queries: 0 });
    expect(await found(byRef, aPortal('south'))).toBe(0);
    expect(await found(`${byRef}&portalId=north`, aPortal('south'))).toBe(0);
    expect(await found(`${byRef}&state=closed`)).toBe(0);
    await desk.call('PUT', `api/requests/${id}/refs`, { body: { externalRefs: [] }, headers: { 'if-match': '*' } });
    expect(await found(byRef)).toBe(0);
  });

  it('are a portal’s: people say of which', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit({ externalRefs: [ref] });
    await desk.settle();
    const as = aPerson('Desk.Read');
    expect((await desk.call('GET', find(byRef), { as })).status).toBe(400);
    expect((await desk.call('GET', find(`${byRef}&portalId=north`), { as })).body).toMatchObject({ items: [{ id }] });
    expect((await desk.call('GET', find(`${byRef}&portalId=south`), { as })).body).toEqual({ items: [] });
    expect((await desk.call('GET', find(`${byRef}&portalId=north&cursor=x`), { as })).status).toBe(400);
    expect((await desk.call('GET', find('externalRef=nocolon'), { as })).status).toBe(400);
  });

  it('cannot be given to a request of another portal', async () => {
    const desk = await anOpenDesk();
    const options = { as: aPortal('south') };
    const { id } = await desk.submit({ customer: { tenantId: tenantId('tailspin') } }, options);
    const call = { body: { externalRefs: [ref] }, headers: { 'if-match': '*' } };
    expect((await desk.call('PUT', `api/requests/${id}/refs`, call)).status).toBe(404);
  });
});
