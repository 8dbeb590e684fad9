import { describe, expect, it } from 'vitest';
import { acknowledgementPage, noLinkPage } from '../../shared/notices/acknowledge-page.ts';
import { pagerDutyBody, teamsBody, webhookBody } from '../../shared/notices/page-channels.ts';
import type { PageMessage } from '../../shared/notices/page-message.ts';
import { htmlText, plainLine } from '../../shared/notices/page-text.ts';

const aMessage = (change: Partial<PageMessage> = {}): PageMessage => ({
  action: 'triggered',
  at: '2026-11-02T09:00:00.000Z',
  pageId: 'abcdefghijklmnopqrstuvwxyz',
  run: 1,
  what: 'critical-request',
  severity: 'critical',
  service: 'Exchange',
  requestId: 'request-1',
  customerId: 'ccustomer',
  customer: 'Fabrikam',
  acknowledgeUrl: 'https://desk.example/api/acknowledge/token',
  ...change,
});

const hostile: [string, string][] = [
  ['a Markdown link', '[Reset your password](https://evil.example/login)'],
  ['an image', '![x](https://evil.example/p.png)'],
  ['a bare address', 'see https://evil.example/a?b=c now'],
  ['an address without a scheme', 'go to evil.example/login'],
  ['a reference link', '[a]: https://evil.example'],
  ['a mention of Teams', '<at>Everyone</at> wake up'],
  ['mentions of Slack', '<!channel> <@U123> <https://evil.example|click>'],
  ['an at-all', '@channel @everyone'],
  ['a function of cards', '{{DATE(2026-11-02T09:00:00Z, SHORT)}}'],
  ['a data binding', '${$root.secret}'],
  ['HTML', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['an attribute', '" onmouseover="alert(1)'],
  ['lines that pretend to be others', 'ok\r\nSeverity minimal\n\nAcknowledged by Mia'],
  ['text that turns round', 'abc\u202Egpj.exe'],
  ['hidden characters', 'pay\u200Bpal\u2060 \uFEFFx\u{E0041}'],
  ['emphasis', '**URGENT** _now_ ~~not~~ `code` # head'],
  ['half a character', 'a\uD800b'],
  ['a key of JSON', '","routing_key":"other","x":"'],
  ['a very long one', 'x'.repeat(5_000)],
];

const markup = /\]\(|!\[|<|>|\{\{|\$\{|`|\*\*|@|https?:\/\/|[a-z]\.example/;
const unseen = /[\p{Cc}\u202A-\u202E\u200B-\u200F\uFEFF\u{E0000}-\u{E007F}]/u;

type Card = { body: { type: string; inlines: { type: string; text: string }[] }[]; actions?: { url: string }[] };
const cardOf = (body: string): Card =>
  (JSON.parse(body) as { attachments: { content: Card }[] }).attachments[0]!.content;

describe('text of others', () => {
  it.each(hostile)('is inert in a card of Teams: %s', (_title, text) => {
    const card = cardOf(teamsBody(aMessage({ customer: text, title: text, service: text })));
    expect(new Set(card.body.map(({ type }) => type))).toEqual(new Set(['RichTextBlock']));
    for (const { type, text: said } of card.body.flatMap(({ inlines }) => inlines)) {
      expect(type).toBe('TextRun');
      expect(said).not.toMatch(markup);
      expect(said).not.toMatch(unseen);
      expect(said.length).toBeLessThanOrEqual(200);
    }
    expect(card.actions).toHaveLength(1);
    expect(card.actions?.[0]?.url).toBe('https://desk.example/api/acknowledge/token');
  });

  it.each(hostile)('is inert in an event of PagerDuty, which passes it on: %s', (_title, text) => {
    const body = pagerDutyBody(aMessage({ customer: text, title: text, service: text }), 'R'.repeat(32));
    const event = JSON.parse(body) as {
      routing_key: string;
      dedup_key: string;
      payload: { summary: string; custom_details: Record<string, string> };
    };
    expect(event.routing_key).toBe('R'.repeat(32));
    for (const said of [event.payload.summary, ...Object.values(event.payload.custom_details)]) {
      expect(said).not.toMatch(markup);
      expect(said).not.toMatch(unseen);
      expect(said.isWellFormed()).toBe(true);
    }
    expect(event.payload.summary.length).toBeLessThanOrEqual(1_024);
    expect(event.dedup_key.length).toBeLessThanOrEqual(255);
    expect(Buffer.byteLength(body)).toBeLessThan(512 * 1_024);
  });

  it.each(hostile)(
    'comes to a program as it is, in a webhook whose other members it does not touch: %s',
    (_title, text) => {
      const { type, data } = JSON.parse(webhookBody(aMessage({ customer: text }))) as {
        type: string;
        data: Record<string, unknown>;
      };
      expect(type).toBe('page.triggered');
      expect(data).toMatchObject({ customer: text, severity: 'critical', requestId: 'request-1' });
    },
  );

  it.each(hostile)('is text in the page of a link: %s', (_title, text) => {
    const shown = {
      state: 'paging',
      what: 'critical-request',
      severity: 'critical',
      startedAt: '2026-11-02',
      acknowledged: false,
    } as const;
    const page = acknowledgementPage({ ...shown, service: text }).text ?? '';
    expect(page.replace(/<h1>.*<form/s, '<form')).toBe(
      (acknowledgementPage(shown).text ?? '').replace(/<h1>.*<form/s, '<form'),
    );
    expect(/<p>(.*?)<\/p>/.exec(page)?.[1]).not.toMatch(/[<>"']/);
    expect(noLinkPage(text).text?.match(/</g)).toHaveLength(noLinkPage('x').text?.match(/</g)?.length ?? 0);
  });

  it('stays readable', () => {
    const said = 'Café — 東京: 5% of mails, v1.2 (see "report")';
    expect(plainLine(said, 200).replaceAll('\u2060', '')).toBe(said);
    expect(htmlText('Müller & Söhne')).toBe('Müller &amp; Söhne');
    expect(plainLine('😀'.repeat(10), 6)).toBe('😀😀…');
  });
});

describe('a notice', () => {
  it('is a message of Teams Workflows with a card of 1.4', () => {
    const body = JSON.parse(teamsBody(aMessage())) as { type: string; attachments: Record<string, unknown>[] };
    expect(body).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: { type: 'AdaptiveCard', version: '1.4' },
        },
      ],
    });
  });

  it.each([
    ['critical', 'critical'],
    ['moderate', 'error'],
    ['minimal', 'warning'],
  ] as const)('of severity %s is %s at PagerDuty', (severity, expected) => {
    const event = JSON.parse(pagerDutyBody(aMessage({ severity }), 'k')) as { payload: { severity: string } };
    expect(event.payload.severity).toBe(expected);
  });

  it.each([
    ['triggered', 'trigger'],
    ['updated', 'trigger'],
    ['acknowledged', 'acknowledge'],
    ['settled', 'resolve'],
  ] as const)('that is %s is the event %s, by the key of its page and run', (action, expected) => {
    const of = (run: number) =>
      JSON.parse(pagerDutyBody(aMessage({ action, run }), 'k')) as { event_action: string; dedup_key: string };
    expect(of(1)).toMatchObject({ event_action: expected, dedup_key: 'csp-support-desk/abcdefghijklmnopqrstuvwxyz/1' });
    expect(of(2).dedup_key).not.toBe(of(1).dedup_key);
  });

  it('has no title, and no link, unless it is given them', () => {
    const bare = aMessage({ acknowledgeUrl: undefined });
    for (const body of [teamsBody(bare), pagerDutyBody(bare, 'k'), webhookBody(bare)]) {
      expect(body).not.toMatch(/[Tt]itle"|Title|acknowledge\/|Action\.OpenUrl|links/);
    }
  });
});
