import type { Answer } from '../platform/route.ts';
import { sentenceOf } from './page-message.ts';
import { htmlText } from './page-text.ts';
import type { Acknowledgement } from './acknowledge.ts';

/** No script, no style, nothing from elsewhere; the form goes back to the desk. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};

const page = (status: number, body: string): Answer => ({
  status,
  headers,
  text: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>CSP Support Desk</title></head><body>${body}</body></html>`,
});

/** Whether a browser asks. */
export const wantsPage = (headersOf: Headers): boolean => /\btext\/html\b/i.test(headersOf.get('accept') ?? '');

/** What happened, and a button. Following the link acknowledges nothing. */
export function acknowledgementPage(shown: Acknowledgement): Answer {
  const { what, severity, service, startedAt, acknowledged, state } = shown;
  const sentence = sentenceOf({
    action: 'triggered',
    what,
    severity,
    at: startedAt,
    pageId: '',
    run: 1,
    customerId: '',
  });
  const facts = [`Severity ${severity}`, service, `since ${startedAt}`].filter((fact) => fact !== undefined);
  const said =
    state === 'settled'
      ? '<p>The matter is over. Nothing is left to do.</p>'
      : acknowledged
        ? '<p>Acknowledged. Nobody else is paged.</p>'
        : '<form method="post"><button>Acknowledge</button></form>';
  return page(200, `<h1>${htmlText(sentence)}</h1><p>${htmlText(facts.join(', '))}</p>${said}`);
}

export const noLinkPage = (detail: string): Answer => page(404, `<h1>No such page</h1><p>${htmlText(detail)}</p>`);
