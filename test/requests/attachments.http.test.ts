import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import { anOpenDesk, aSentRequest } from './desk.ts';

const attachment = {
  name: 'Bildschirmfoto 1.png',
  url: 'https://files.portal.example/a/1?sig=x',
  size: 48_211,
  type: 'image/png',
  sha256: 'a'.repeat(64),
};

describe('attachments', () => {
  it('are links that are kept with a request and a comment, shown with both, and stand in content rows alone', async () => {
    const desk = await anOpenDesk();
    const { id, attachments } = await desk.submit({ attachments: [attachment] });
    expect(attachments).toEqual([attachment]);
    const said = { text: 'see there', audience: 'customer', attachments: [attachment] };
    const { status, body } = await desk.call('POST', `api/requests/${id}/comments`, { body: said });
    expect({ status, body }).toMatchObject({ status: 201, body: { attachments: [attachment] } });
    expect((await desk.call('GET', `api/requests/${id}`)).body).toMatchObject({ attachments: [attachment] });
    const timeline = await desk.call('GET', `api/requests/${id}/timeline`);
    expect(timeline.body).toMatchObject({ items: [{}, { text: 'see there', attachments: [attachment] }] });
    await desk.settle();
    const rows = [...desk.of('requests').partitions.values()].flatMap((partition) => [...partition]);
    const holding = rows.filter(([, { columns }]) => JSON.stringify(columns).includes('files.portal.example'));
    expect(holding.map(([rk]) => rk.slice(0, 2))).toEqual(['C|', 'C|']);
    expect(JSON.stringify([desk.entries, desk.held.all()])).not.toContain('files.portal.example');
  });

  it('and references that would not fit into a column are refused before anything is written', async () => {
    const desk = await anOpenDesk();
    const [dense, url] = ['\u0001'.repeat(200), `https://x.example/${'"'.repeat(982)}`];
    const attachments = Array.from({ length: 10 }, () => ({ ...attachment, name: dense, url }));
    const externalRefs = Array.from({ length: 10 }, () => ({ system: 's'.repeat(50), id: dense, url }));
    for (const more of [{ attachments }, { externalRefs }]) {
      const refused = await desk.call('POST', 'api/requests', { body: aSentRequest(more) });
      expect(refused).toMatchObject({ status: 400, body: { code: 'invalid-body' } });
    }
    await desk.submit({ attachments: attachments.slice(0, 7), externalRefs: externalRefs.slice(0, 7) });
    const rows = [...desk.of('requests').partitions.values()].flatMap((partition) => [...partition.values()]);
    const lengths = rows.flatMap(({ columns }) => Object.values(columns).map((value) => String(value).length));
    expect(Math.max(...lengths)).toBeGreaterThan(20_000);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(32_768);
  });

  it.each([
    ['a link that is not https', { url: 'http://files.portal.example/1' }],
    ['a link with credentials', { url: 'https://user:secret@files.portal.example/1' }],
    ['a script for a link', { url: 'javascript:alert(1)' }],
    ['no size', { size: undefined }],
    ['a negative size', { size: -1 }],
    ['no media type', { type: 'png' }],
    ['a hash that is none', { sha256: 'abc' }],
    ['a blank name', { name: ' ' }],
    ['an unknown member', { content: 'AAAA' }],
  ])('with %s are refused', async (_what, wrong) => {
    const desk = await anOpenDesk();
    const body = { ...aSentRequest(), attachments: [{ ...attachment, ...wrong }] };
    expect((await desk.call('POST', 'api/requests', { body })).status).toBe(400);
    expect(desk.cost().transactions).toBe(0);
  });

  it('are so many at most', async () => {
    const desk = await anOpenDesk();
    const many = (count: number) => ({
      ...aSentRequest(),
      attachments: Array.from({ length: count }, () => attachment),
    });
    expect((await desk.call('POST', 'api/requests', { body: many(limits.attachments) })).status).toBe(201);
    expect((await desk.call('POST', 'api/requests', { body: many(limits.attachments + 1) })).status).toBe(400);
  });
});
