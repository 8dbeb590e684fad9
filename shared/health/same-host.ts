import { ReadFailure } from './service-health.ts';

/** A next page's address as it is, if it is on the host of `root`: a token goes nowhere else, whatever an answer says. */
export function sameHost(root: string, link: string): string {
  const next = URL.canParse(link) ? new URL(link) : undefined;
  if (next?.origin === new URL(root).origin && next.username === '' && next.password === '') return link;
  throw new ReadFailure('microsoft-down', 'The next page would be on another host.');
}
