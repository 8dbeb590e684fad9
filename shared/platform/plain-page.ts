import type { Answer } from './route.ts';

/** No script, no style, nothing from elsewhere; a form goes back to the desk. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};

/** One of the desk's few pages for a browser. `body` is HTML already: whatever comes from elsewhere is encoded in it. */
export const plainPage = (status: number, body: string): Answer => ({
  status,
  headers,
  text: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>CSP Support Desk</title></head><body>${body}</body></html>`,
});

/** Whether a browser asks. */
export const wantsPage = (headersOf: Headers): boolean => /\btext\/html\b/i.test(headersOf.get('accept') ?? '');
