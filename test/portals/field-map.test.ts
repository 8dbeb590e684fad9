import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/core/errors.ts';
import { mapFields } from '../../shared/portals/field-map.ts';
import { fieldMapSchema, type Field } from '../../shared/portals/field-map-schema.ts';

const nowMs = Date.parse('2026-11-02T09:00:00Z');
const happened = '2026-11-02T08:59:00Z';

const mapOf = (data: Record<string, Field>, more: object = {}) =>
  fieldMapSchema.parse({
    events: [
      {
        type: 'support_request.created',
        when: [{ from: ['event'], is: ['created'] }],
        timestamp: { from: ['at'] },
        data,
      },
    ],
    ...more,
  });

const payload = (more: object = {}) => ({ event: 'created', at: happened, ...more });

/** What the map makes of one item under `item`, as the title. */
const titleOf = (item: unknown, field: object = {}) =>
  mapFields(payload({ item }), mapOf({ title: { from: ['item'], ...field } }), nowMs).data.title;

function faultsOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (isAppError(error, 'invalid-body')) return error.extras.errors ?? [];
    throw error;
  }
  return [];
}

describe('mapFields', () => {
  it('makes the hook body of a payload: paths, constants, joins, positions in lists', () => {
    const map = mapOf({
      'customer.externalRef.system': { value: 'psa' },
      'customer.externalRef.id': { from: ['company', 'id'] },
      title: { join: [{ value: '#' }, { from: ['number'] }, { value: ' ' }, { from: ['tags', 0] }] },
      'contact.name': { from: ['contact', 'name'] },
      'externalRefs.1.system': { value: 'second' },
      'externalRefs.1.id': { from: ['number'] },
    });
    const sent = payload({ company: { id: 42 }, number: 7, tags: ['mail', 'x'], contact: { name: 'Ada' } });
    expect(mapFields(sent, map, nowMs)).toEqual({
      type: 'support_request.created',
      timestamp: happened,
      data: {
        customer: { externalRef: { system: 'psa', id: '42' } },
        title: '#7 mail',
        contact: { name: 'Ada' },
        externalRefs: [{ system: 'second', id: '7' }],
      },
    });
  });

  it('takes the first event that fits, and says "unmapped" where none does', () => {
    const event = (type: string, is: string) => ({
      type,
      when: [{ from: ['event'], is: [is] }],
      timestamp: { from: ['at'] },
      data: {},
    });
    const map = fieldMapSchema.parse({
      events: [event('support_request.commented', 'created'), event('support_request.closed', 'created')],
    });
    expect(mapFields(payload(), map, nowMs)).toMatchObject({ type: 'support_request.commented' });
    const other = { type: 'unmapped', timestamp: '2026-11-02T09:00:00.000Z', data: {} };
    for (const nothing of [{}, null, [], 'created', 7, { event: 'other' }, { event: ['created'] }, { event: null }]) {
      expect(mapFields(nothing, map, nowMs)).toEqual(other);
    }
  });

  it.each([
    ['a text', 'Mail', 'Mail'],
    ['a number', 7.5, '7.5'],
    ['yes or no', false, 'false'],
    ['zero', 0, '0'],
  ])('takes %s as its text', (_what, item, text) => {
    expect(titleOf(item)).toBe(text);
  });

  it.each([
    ['nothing', undefined, 'is missing'],
    ['null', null, 'is missing'],
    ['an empty text', '', 'is missing'],
    ['an object', { a: 1 }, 'is no text'],
    ['a list', ['Mail'], 'is no text'],
    ['a number that was rounded', 2 ** 53, 'is no text'],
  ])('refuses %s, naming field and place', (_what, item, message) => {
    const [fault] = faultsOf(() => titleOf(item));
    expect(fault?.path).toBe('title');
    expect(fault?.message).toContain(`item of the payload ${message}`);
  });

  it('names every field that does not resolve, and repeats nothing of the payload', () => {
    const map = mapOf({
      title: { from: ['a', 'b'] },
      severity: { from: ['level'], words: { '1': 'critical' } },
      'contact.email': { from: ['mail'] },
    });
    const faults = faultsOf(() => mapFields(payload({ level: 'secret word', mail: {} }), map, nowMs));
    expect(faults.map(({ path }) => path)).toEqual(['title', 'severity', 'contact.email']);
    expect(JSON.stringify(faults)).not.toContain('secret word');
  });

  it('uses the default, or leaves out what is optional, only where nothing is there', () => {
    expect(titleOf(null, { default: 'None' })).toBe('None');
    expect(titleOf('Mail', { default: 'None' })).toBe('Mail');
    expect(titleOf(undefined, { optional: true })).toBeUndefined();
    expect(faultsOf(() => titleOf({}, { default: 'None' }))).toHaveLength(1);
  });

  it('says words in our own language, and refuses those that the map lacks', () => {
    const words = { '1': 'critical', High: 'moderate' };
    expect([titleOf(1, { words }), titleOf('High', { words })]).toEqual(['critical', 'moderate']);
    for (const word of ['high', 'toString', '__proto__', 'constructor', '']) {
      expect(faultsOf(() => titleOf(word, { words }))).toHaveLength(1);
    }
  });

  it('cuts a text, and no character in two', () => {
    expect([titleOf('abcdef', { cut: 3 }), titleOf('abc', { cut: 3 })]).toEqual(['abc', 'abc']);
    expect([titleOf('ab😀d', { cut: 3 }), titleOf('ab😀d', { cut: 4 })]).toEqual(['ab', 'ab😀']);
  });

  it.each([
    ['2026-11-02 08:59:00', '2026-11-02T08:59:00Z'],
    ['2026-11-02T08:59:00.1234567', '2026-11-02T08:59:00.1234567Z'],
    ['2026-11-02T08:59:00Z', '2026-11-02T08:59:00Z'],
  ])('reads %s as a time in UTC where the map says that it is one', (text, time) => {
    expect(titleOf(text, { time: 'utc' })).toBe(time);
  });

  it.each(['2026-02-30 08:59:00', '02.11.2026', '2026-11-02T08:59:00+01:00', '1793610000'])(
    'refuses %s as a time in UTC',
    (text) => {
      expect(faultsOf(() => titleOf(text, { time: 'utc' }))).toHaveLength(1);
    },
  );

  it.each(['yesterday', '2026-11-02', '2026-11-02T09:00:00', 5])('refuses %s as the time of the event', (at) => {
    const [fault] = faultsOf(() => mapFields(payload({ at }), mapOf({}), nowMs));
    expect(fault).toEqual({ path: 'timestamp', message: 'is not a time with offset' });
  });

  it('opens JSON that stands in a text, leaves the payload as it was, and refuses a text that is none', () => {
    const map = mapOf({ title: { from: ['inner', 'deep', 'name'] } }, { unwrap: [['inner'], ['inner', 'deep']] });
    const sent = payload({ inner: JSON.stringify({ deep: JSON.stringify({ name: 'Mail' }) }) });
    const before = structuredClone(sent);
    expect(mapFields(sent, map, nowMs).data.title).toBe('Mail');
    expect(sent).toEqual(before);
    const [fault] = faultsOf(() => mapFields(payload({ inner: '{' }), map, nowMs));
    expect(fault).toEqual({ path: 'inner', message: 'is not JSON in a text' });
    expect(mapFields(payload({ inner: { deep: { name: 'Mail' } } }), map, nowMs).data.title).toBe('Mail');
  });

  it.each([['constructor', 'name'], ['__proto__', 'x'], ['toString'], ['tags', 'length'], ['text', 'length']])(
    'sees nothing that the payload only inherits: %s',
    (...from) => {
      const sent = payload({ tags: ['a'], text: 'abc' });
      expect(faultsOf(() => mapFields(sent, mapOf({ title: { from } }), nowMs))).toHaveLength(1);
    },
  );

  it('treats __proto__ of a payload as a member like any other and pollutes nothing', () => {
    const sent = JSON.parse(`{"event":"created","at":"${happened}","__proto__":{"in":"{\\"x\\":\\"1\\"}"}}`) as unknown;
    const map = mapOf({ title: { from: ['__proto__', 'in', 'x'] } }, { unwrap: [['__proto__', 'in']] });
    expect(mapFields(sent, map, nowMs).data.title).toBe('1');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).in).toBeUndefined();
  });

  it('answers any payload with a body or a refusal, at any depth', () => {
    const map = mapOf(
      { title: { from: ['a', 0, 'b'] }, description: { from: ['b'], default: 'x' } },
      { unwrap: [['a'], ['a', 0]] },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const sent of [
          value,
          payload({ a: value }),
          payload({ a: [value] }),
          payload({ a: JSON.stringify(value) }),
        ]) {
          faultsOf(() => mapFields(sent, map, nowMs));
        }
      }),
      { numRuns: 500 },
    );
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown;
    expect(faultsOf(() => mapFields(payload({ a: [deep] }), map, nowMs))).toHaveLength(1);
  });
});

describe('fieldMapSchema', () => {
  const event = { type: 'support_request.closed', when: [], timestamp: { from: ['at'] }, data: {} };
  it.each([
    ['no event', { events: [] }],
    ['a foreign type', { events: [{ ...event, type: 'invoice.paid' }] }],
    ['a target that is no field', { events: [{ ...event, data: { 'constructor.prototype.x': { value: '1' } } }] }],
    ['a target of another type', { events: [{ ...event, data: { title: { value: '1' } } }] }],
    ['a constant time', { events: [{ ...event, timestamp: { value: '2026-11-02T09:00:00Z' } }] }],
    ['a time with a default', { events: [{ ...event, timestamp: { from: ['at'], default: 'x' } }] }],
    ['a path that is too deep', { events: [{ ...event, timestamp: { from: Array(9).fill('a') } }] }],
    ['an unknown member', { events: [{ ...event, extra: 1 }] }],
  ])('refuses %s', (_what, map) => {
    expect(fieldMapSchema.safeParse(map).success).toBe(false);
  });

  it('drops __proto__ as a target', () => {
    const data = JSON.parse('{"__proto__":{"value":"1"}}') as object;
    const map = fieldMapSchema.parse({ events: [{ ...event, data }] });
    expect(mapFields({ at: happened }, map, nowMs)).toEqual({ type: event.type, timestamp: happened, data: {} });
  });
});
