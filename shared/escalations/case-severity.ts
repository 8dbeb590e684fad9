export const severities = ['critical', 'moderate', 'minimal'] as const;
export type Severity = (typeof severities)[number];

/** Microsoft's words for severities, as its interfaces, portals and mails write them. */
const words: readonly [severity: Severity, pattern: RegExp][] = [
  ['critical', /^(?:critical|highestcriticalimpact|highest critical impact|a|sev ?a|1)$/],
  ['moderate', /^(?:moderate|b|sev ?b|2)$/],
  ['minimal', /^(?:minimal|c|sev ?c|3)$/],
];

/** Undefined for a word that is not one of Microsoft's. */
export function severityOf(word: string | undefined): Severity | undefined {
  const plain =
    word
      ?.trim()
      .toLowerCase()
      .replace(/^severity[ :-]*/, '') ?? '';
  return words.find(([, pattern]) => pattern.test(plain))?.[0];
}

const letters = { critical: 'A', moderate: 'B', minimal: 'C' } as const satisfies Record<Severity, string>;
/** As Microsoft's portals and packets write it. */
export const letterOf = (severity: Severity): 'A' | 'B' | 'C' => letters[severity];
