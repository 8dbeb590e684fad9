/** A service or a problem classification as Microsoft offers it for a ticket. */
export type Offered = { id: string; displayName: string; resourceTypes?: readonly string[] };

/** The words of a case, and how much each of them counts: those of its title twice. */
export type Words = ReadonlyMap<string, number>;

const wordPattern = /[\p{L}\p{N}]{2,}/gu;
/** Words that most cases hold say nothing about which service it is. */
const silent: ReadonlySet<string> = new Set(
  'azure microsoft service issue problem error question help the and to of in is on for with from by an my not cannot can we it'.split(
    ' ',
  ),
);

/** What people call a service, and what Microsoft's lists call it. */
const spoken: readonly (readonly [RegExp, string])[] = [
  [/\bvms?\b/g, 'virtual machine'],
  [/\b(?:app services?|web ?sites?|web ?apps?)\b/g, 'web app'],
  [/\bfunctions\b|\bfunction apps?\b/g, 'function app'],
  [/\baks\b/g, 'kubernetes service aks'],
  [/\bv-?nets?\b|\bnsgs?\b|\bnetwork security groups?\b/g, 'virtual network'],
  [/\bavd\b|\bwvd\b/g, 'virtual desktop'],
  [/\bazure (?:ad|active directory)\b|\baad\b/g, 'entra'],
  [/\bfile ?shares?\b/g, 'files storage'],
  [/\bpostgres\b/g, 'postgresql'],
  [/\bk8s\b/g, 'kubernetes'],
];

const heard = (text: string): string =>
  spoken.reduce((said, [pattern, name]) => said.replace(pattern, ` ${name} `), text.toLowerCase());

const wordsIn = (text: string): string[] =>
  (heard(text).match(wordPattern) ?? [])
    .filter((word) => !silent.has(word))
    .map((word) => (word.length > 3 ? word.replace(/s$/, '') : word));

export function wordsOf(title: string, ...more: (string | undefined)[]): Words {
  const words = new Map(wordsIn(more.filter((text) => text !== undefined).join(' ')).map((word) => [word, 1]));
  for (const word of wordsIn(title)) words.set(word, 2);
  return words;
}

/** Of services that fit equally the one that most cases are about. */
const usual = /\bwindows\b/i;

/**
 * The offer whose name the words speak of most: a word counts the more, the fewer offers hold it, and a name that is met whole
 * wins over one that says more than the case does.
 */
function best<T extends Offered>(offers: readonly T[], words: Words): T | undefined {
  const named = offers.map((offered) => ({ offered, own: new Set(wordsIn(offered.displayName)) }));
  const holders = new Map<string, number>();
  for (const word of named.flatMap(({ own }) => [...own])) holders.set(word, (holders.get(word) ?? 0) + 1);
  const rarity = (word: string) => 1 + Math.log(named.length / (holders.get(word) ?? 1));
  let found: { offered: T; score: number } | undefined;
  for (const { offered, own } of named) {
    const hits = [...own].filter((word) => words.has(word));
    const whole = [...own].reduce((sum, word) => sum + rarity(word), 0);
    const met = hits.reduce((sum, word) => sum + rarity(word), 0);
    const said = hits.reduce((sum, word) => sum + rarity(word) * (words.get(word) ?? 0), 0);
    const score = met === 0 ? 0 : said * (1 + met / whole) + (usual.test(offered.displayName) ? 0.01 : 0);
    if (score > (found?.score ?? 0)) found = { offered, score };
  }
  return found?.offered;
}

/** `['Microsoft.Compute', 'virtualMachines']` in the id of a resource (of its innermost part). */
export function resourceTypeOf(resourceId: string | undefined): string[] {
  const [, provider, path = ''] = /^.*\/providers\/([^/]+)\/(.+)$/i.exec(resourceId ?? '') ?? [];
  return provider === undefined ? [] : [provider, ...path.split('/').filter((_, index) => index % 2 === 0)];
}

/** `virtualMachines` speaks of a virtual machine. */
const typeWords = (type: string): Words => wordsOf('', type.replace(/(?<=[a-z])(?=[A-Z])/g, ' '));

/** Quota, billing and subscriptions go another way; and a service that asks for no technical plan takes no technical case. */
const notTechnical = /^(?:billing|subscription management|enrollment administration)$|quota|subscription limits/i;

/** Those that take the resource's type, or else its parent's, or at last its provider's; and what that type is called. */
function takersOf<T extends Offered>(offers: readonly T[], resourceId: string | undefined) {
  for (let type = resourceTypeOf(resourceId); type.length > 0; type = type.slice(0, -1)) {
    const name = type.join('/').toLowerCase();
    const takers = offers.filter((offered) => offered.resourceTypes?.some((one) => one.toLowerCase() === name));
    if (takers.length > 0) return { takers, called: type.at(-1) ?? '' };
  }
  return { takers: offers, called: '' };
}

/**
 * The service a technical case is about: of those that take the named resource's type, or else of all technical ones, the one
 * whose name the case speaks of; else the one that is usual. Undefined where nothing technical is offered.
 */
export function matchService<T extends Offered>(
  offers: readonly T[],
  { words, resourceId }: { words: Words; resourceId?: string | undefined },
): T | undefined {
  const technical = offers.filter((offered) => !notTechnical.test(offered.displayName.trim()));
  const { takers, called } = takersOf(technical, resourceId);
  const fitting = new Map([...typeWords(called), ...words]);
  return best(takers, fitting) ?? takers.find((offered) => usual.test(offered.displayName)) ?? takers[0];
}

/** What Microsoft's lists call a problem that is none of those above. */
const other = /\bother\b|not listed|general question/i;

export const matchClassification = <T extends Offered>(offers: readonly T[], words: Words): T | undefined =>
  best(offers, words) ?? offers.find((offered) => other.test(offered.displayName)) ?? offers[0];
