import { encodeHtml } from '../core/html.ts';
import { plainPage } from './plain-page.ts';
import type { Answer } from './route.ts';

const titles = { done: 'Signed in', failed: 'Not signed in' } as const;

/** What the person who signed in sees: words of the desk, and nothing of what the browser brought. */
export const consentPage = (status: number, state: keyof typeof titles, said: string): Answer =>
  plainPage(
    status,
    `<h1>${titles[state]}</h1><p>${encodeHtml(said)}</p><p>The command that asked for it tells more. This page may be closed.</p>`,
  );
