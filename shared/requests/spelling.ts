/** Words that decide much and are often misspelt. Readable text; our own list. */
const wellKnown = [
  'outlook',
  'exchange',
  'sharepoint',
  'onedrive',
  'powerpoint',
  'defender',
  'autopilot',
  'planner',
  'dynamics',
  'kubernetes',
  'authenticator',
  'microsoft',
  'invoice',
  'payment',
  'licence',
  'license',
  'subscription',
  'password',
  'passwort',
  'calendar',
  'mailbox',
  'rechnung',
  'lizenz',
  'lizenzen',
  'postfach',
  'kalender',
  'kennwort',
  'anmeldung',
];

const byFirst = new Map<string, string[]>();
for (const word of wellKnown) byFirst.set(word.charAt(0), [...(byFirst.get(word.charAt(0)) ?? []), word]);

const shortest = 6;
/** Slips allowed in a word: one in a short one, two in a long one. */
const slipsIn = (word: string): number => (word.length >= 10 ? 2 : 1);

/** Letters left out, added, changed or swapped between two words. */
function slipsBetween(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const changed = at(i - 1, j - 1) + Number(a[i - 1] !== b[j - 1]);
      const swapped = isSwap ? at(i - 2, j - 2) + 1 : changed;
      (rows[i] ??= [])[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, changed, swapped);
    }
  }
  return at(a.length, b.length);
}

/** Whether a word is another with a slip or two. An inflected or shortened form is another word: “exchanged”, “dynamic”. */
function isSlipOf(word: string, one: string): boolean {
  const most = slipsIn(one);
  if (word.startsWith(one) || one.startsWith(word) || Math.abs(word.length - one.length) > most) return false;
  return slipsBetween(word, one) <= most;
}

function spelt(word: string): string {
  if (word.length < shortest || !/^[a-z]+$/.test(word)) return word;
  const near = byFirst.get(word.charAt(0)) ?? [];
  const meant = near.includes(word) ? word : near.find((one) => isSlipOf(word, one));
  return meant ?? word;
}

/** A readable text with the slips in well-known words mended. */
export const mended = (text: string): string => text.split(' ').map(spelt).join(' ');
