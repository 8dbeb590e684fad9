import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessages } from '../../shared/health/message-center-answer.graph.ts';
import { plannedChange } from '../../shared/health/planned-change.ts';
import { aMessage } from './scripted-messages.ts';

const at = '2026-08-24T09:41:13.2712345Z';
const message = aMessage('MC1187402', at);
const answer = (...changes: object[]) =>
  JSON.stringify({ value: changes.map((change) => ({ ...message, ...change })) });
const first = (change: object) => parseMessages(answer(change)).messages[0]!;
const issueOf = (change: object) =>
  plannedChange(first(change), new Map([['exchange online', 'Exchange']]), Date.parse('2026-09-01T00:00:00Z'));

describe('an answer of Message center', () => {
  it('becomes posts in the desk’s own terms', () => {
    const whole = {
      actionRequiredByDateTime: '2026-10-01T00:00:00',
      endDateTime: '2026-12-01T00:00:00Z',
      unheardOf: 1,
    };
    expect(first(whole)).toEqual({
      id: 'MC1187402',
      title: 'Recordings get chapters',
      text: 'Recordings will be divided.',
      category: 'stayInformed',
      services: ['Exchange Online', 'SharePoint Online'],
      tags: ['User impact'],
      isMajorChange: false,
      startedAt: '2026-08-24T09:41:13.271Z',
      revision: '2026-08-24T09:41:13.271Z',
      endsAt: '2026-12-01T00:00:00.000Z',
      actionRequiredBy: '2026-10-01T00:00:00.000Z',
    });
  });

  it('bears a byte order mark, missing and null members, and times without a zone', () => {
    expect(parseMessages(`\uFEFF${answer({})}`).messages).toHaveLength(1);
    const bare = parseMessages('{"value":[{"id":"MC1","lastModifiedDateTime":"2026-08-24T09:41:13"}]}').messages[0]!;
    expect(bare).toMatchObject({
      title: 'MC1',
      text: '',
      services: [],
      tags: [],
      revision: '2026-08-24T09:41:13.000Z',
    });
    const nulls = Object.fromEntries(Object.keys(message).map((name) => [name, null]));
    expect(first({ ...nulls, id: 'MC1', lastModifiedDateTime: at })).toEqual({
      ...bare,
      startedAt: first({}).revision,
      revision: first({}).revision,
    });
    expect(first({ services: [null, ' ', 'Planner '], body: { content: null } })).toMatchObject({
      services: ['Planner'],
    });
  });

  it('keeps the words of HTML and drops its scripts', () => {
    const content =
      '<p>Do <a href="javascript:x()">this</a></p><script>steal()</script><img src=x onerror=steal()>&lt;b&gt;';
    expect(first({ body: { contentType: 'html', content } }).text).toBe('Do this\n<b>');
  });

  it('cuts what no post of Microsoft’s is as long as', () => {
    const long = 'x'.repeat(300_000);
    const cut = first({ title: long, body: { content: long }, services: Array.from({ length: 60 }, () => long) });
    expect([cut.title.length, cut.text.length, cut.services.length, cut.services[0]!.length]).toEqual([
      1_000, 200_000, 50, 200,
    ]);
  });

  it.each([
    ['text that is no JSON', '{"value":['],
    ['another kind of object', '{"error":{}}'],
    ['a post without a revision', answer({ lastModifiedDateTime: 'soon' })],
    ['a post without an id', answer({ id: '' })],
  ])('is refused as a whole for %s', (_name, body) => {
    expect(() => parseMessages(body)).toThrow();
  });

  it('is parsed or refused whatever is in it', () => {
    const timesOf = (body: string): (string | undefined)[] => {
      try {
        const { messages } = parseMessages(body);
        return messages.flatMap(({ revision, startedAt, endsAt }) => [revision, startedAt, endsAt ?? revision]);
      } catch {
        return [];
      }
    };
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(message)), fc.jsonValue(), (field, value) => {
        const times = timesOf(answer({ [field]: value }));
        expect(times.map((time) => new Date(time!).toISOString())).toEqual(times);
      }),
    );
  });
});

describe('a post as a planned change', () => {
  it.each([
    ['the first service by its id where a shard knows it', {}, { service: 'Exchange', feature: 'SharePoint Online' }],
    ['a service that nobody knows by its name', { services: ['Copilot'] }, { service: 'Copilot', feature: '' }],
    [
      'the suite where none is named',
      { services: [] },
      { service: 'OSDPPlatform', serviceName: 'Microsoft 365 suite' },
    ],
    ['its category as status', { category: 'PlanForChange' }, { status: 'planForChange' }],
    ['a category of tomorrow as it is', { category: 'brandNew' }, { status: 'brandNew' }],
    [
      'that somebody must act',
      { actionRequiredByDateTime: at },
      { status: 'actionRequired', actionRequiredBy: '2026-08-24T09:41:13.271Z' },
    ],
    ['one that will end as open', { endDateTime: '2026-09-02T00:00:00Z' }, { isResolved: false }],
    ['one that has ended as resolved', { endDateTime: '2026-08-31T00:00:00Z' }, { isResolved: true }],
    ['a major one', { isMajorChange: true }, { isMajorChange: true, classification: 'planned-change' }],
  ])('shows %s', (_name, change, expected) => {
    expect(issueOf(change)).toMatchObject(expected);
  });
});
