import { encodeHtml } from '../core/html.ts';
import { plainPage } from './plain-page.ts';
import type { Answer } from './route.ts';

const bySignIn = 'The command that asked for it tells more. This page may be closed.';
const byLink = 'This page may be closed.';

const titles = {
  done: ['Signed in', bySignIn],
  failed: ['Not signed in', bySignIn],
  consented: ['Consent given', byLink],
  'not-consented': ['Consent not given', byLink],
} as const;

/** What a person sees whom Entra sent back: words of the desk, and nothing of what the browser brought. */
export const consentPage = (status: number, state: keyof typeof titles, said: string): Answer => {
  const [title, end] = titles[state];
  return plainPage(status, `<h1>${title}</h1><p>${encodeHtml(said)}</p><p>${end}</p>`);
};
