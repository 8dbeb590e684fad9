/** A service or a problem classification as Microsoft offers it for a ticket. */
export type Offered = { id: string; displayName: string; resourceTypes?: readonly string[] };

/** What the words of a case are matched against. */
export type Words = ReadonlySet<string>;

const wordPattern = /[\p{L}\p{N}]{2,}/gu;
/** Words that every case holds say nothing about which service it is. */
const silent: ReadonlySet<string> = new Set([
  'azure',
  'microsoft',
  'service',
  'the',
  'and',
  'to',
  'of',
  'in',
  'is',
  'not',
]);

export const wordsOf = (...texts: (string | undefined)[]): Words =>
  new Set(
    (texts.join(' ').toLowerCase().match(wordPattern) ?? [])
      .filter((word) => !silent.has(word))
      .map((word) => (word.length > 3 ? word.replace(/s$/, '') : word)),
  );

const score = (offered: Offered, words: Words): number => {
  const own = wordsOf(offered.displayName);
  const hits = [...own].filter((word) => words.has(word)).length;
  return own.size === 0 ? 0 : hits + hits / own.size;
};

function best<T extends Offered>(offers: readonly T[], words: Words): T | undefined {
  let found: T | undefined;
  for (const offered of offers) {
    if (score(offered, words) > 0 && (!found || score(offered, words) > score(found, words))) found = offered;
  }
  return found;
}

/** `Microsoft.Compute/virtualMachines` in the id of a resource (of its innermost part). */
export function resourceTypeOf(resourceId: string | undefined): string | undefined {
  const [, provider, path = ''] = /\/providers\/([^/]+)\/(.+)$/i.exec(resourceId ?? '') ?? [];
  if (provider === undefined) return undefined;
  const types = path.split('/').filter((_, index) => index % 2 === 0);
  return [provider, ...types].join('/').toLowerCase();
}

const notTechnical = /billing|subscription management|quota|service and subscription limits/i;

/**
 * The service a technical case is about: those that take the named resource's type, else all technical ones; among them the one
 * whose name the case speaks of; else the first. Undefined only where nothing is offered.
 */
export function matchService<T extends Offered>(
  offers: readonly T[],
  { words, resourceType }: { words: Words; resourceType?: string | undefined },
): T | undefined {
  const technical = offers.filter((offered) => !notTechnical.test(offered.displayName));
  const byType = technical.filter((offered) =>
    offered.resourceTypes?.some((type) => type.toLowerCase() === resourceType),
  );
  const candidates = byType.length > 0 ? byType : technical.length > 0 ? technical : offers;
  return best(candidates, words) ?? candidates[0];
}

export const matchClassification = <T extends Offered>(offers: readonly T[], words: Words): T | undefined =>
  best(offers, words) ?? offers[0];
