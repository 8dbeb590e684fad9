import { toIso } from '../core/clock.ts';

/** `2026-11-03 14:00 UTC`, `2026-11-03T14:00:00Z`, `2026-11-03 15:00 +01:00`. */
const isoDate = String.raw`(?<iso>\d{4}-\d{2}-\d{2})[T ,]+(?:at )?(?<isoTime>\d{2}:\d{2}(?::\d{2})?)`;
/** `Tuesday, November 3, 2026, at 2:00 PM UTC`. */
const english = String.raw`(?:[a-z]+,? )?(?<date>[a-z]{3,9} \d{1,2},? \d{4}),? (?:at )?(?<time>\d{1,2}:\d{2}(?: ?[ap]m)?)`;
/** `3 November 2026 14:00 UTC`. */
const european = String.raw`(?:[a-z]+,? )?(?<date2>\d{1,2} [a-z]{3,9} \d{4}),? (?:at )?(?<time2>\d{1,2}:\d{2}(?: ?[ap]m)?)`;
const zone = String.raw` ?\(?(?<zone>(?:UTC|GMT)? ?[+-]\d{2}:?\d{2}|(?:UTC|GMT|Z)(?! ?[+-]?\d))\b`;
const lead = String.raw`\bnext (?:scheduled )?update(?: is)?(?: expected| due| will be(?: provided| sent)?)?(?: by| at| on)?:? `;

const promises = [isoDate, english, european].map((date) => new RegExp(lead + date + zone, 'i'));

/**
 * Until when a text of Microsoft's promises the next word: ISO. Undefined where it does not say so with a date, a time and a zone;
 * a date that two readers could read in two ways counts as none.
 */
export function promisedUpdate(text: string): string | undefined {
  const line = text.replaceAll(/\s+/g, ' ');
  for (const pattern of promises) {
    const { groups } = pattern.exec(line) ?? {};
    if (groups === undefined) continue;
    const day = groups.iso ?? groups.date ?? groups.date2 ?? '';
    const time = groups.isoTime ?? groups.time ?? groups.time2 ?? '';
    const at = momentOf(day, time, groups.zone ?? '');
    if (at !== undefined) return at;
  }
  return undefined;
}

function momentOf(day: string, time: string, zoneName: string): string | undefined {
  const plain = day.replaceAll(',', '');
  // A day that its month does not have would roll over.
  const date = plain.split(/[ -]/).findLast((part) => /^\d{1,2}$/.test(part));
  const isReal = new Date(`${plain} 00:00 UTC`).getUTCDate() === Number(date);
  const [, sign, hours = '', minutes = ''] = /([+-])(\d{2}):?(\d{2})$/.exec(zoneName) ?? [];
  const offset = sign === undefined ? 'UTC' : `GMT${sign}${hours}${minutes}`;
  const at = Date.parse(`${plain} ${time.replace(/ ?([ap]m)$/i, ' $1')} ${offset}`);
  return isReal && !Number.isNaN(at) ? toIso(at) : undefined;
}
