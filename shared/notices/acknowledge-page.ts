import { plainPage } from '../platform/plain-page.ts';
import type { Answer } from '../platform/route.ts';
import { sentenceOf } from './page-message.ts';
import { htmlText } from './page-text.ts';
import type { Acknowledgement } from './acknowledge.ts';

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
  return plainPage(200, `<h1>${htmlText(sentence)}</h1><p>${htmlText(facts.join(', '))}</p>${said}`);
}

export const noLinkPage = (detail: string): Answer => plainPage(404, `<h1>No such page</h1><p>${htmlText(detail)}</p>`);
