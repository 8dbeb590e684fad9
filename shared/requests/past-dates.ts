import { dayMs } from '../core/clock.ts';

const english = 'january|february|march|april|may|june|july|august|september|october|november|december';
const german = 'januar|februar|maerz|april|mai|juni|juli|august|september|oktober|november|dezember';
const [names, written] = [english.split('|'), german.split('|')];
const monthOf = (name: string): number => Math.max(names.indexOf(name), written.indexOf(name));

const aMonth = `(?<month>${english}|${german})`;
const aYear = '(?<year>20\\d\\d)';
const aDate = `(?:${aMonth} (?:of )?${aYear}|${aYear}|${aMonth})`;
const trouble =
  '(?:delays?|outages?|problems?|issues?|incidents?|trouble|\\w*verzoegerung(?:en)?|\\w*stoerung(?:en)?|\\w*ausfall|\\w*probleme?)';
/** “Mails sent in 2019 are missing”: the mails are of then, the trouble is not. */
const ofThings =
  '(?<! (?:sent|received|created|dated|from|e?mails|files|messages|documents|appointments|items|meetings|termine|nachrichten|dateien|dokumente))';
const wasThen = '(?= .* (?:had|was|were|did|caused|happened|occurred|hatten?|war|waren|gab|kam|kamen|wurden?) )';
const japaneseDate = '(?:(?<year>20\\d\\d) ?年 ?(?:(?<month>\\d\\d?) ?月)?|(?<!\\d)(?<month>\\d\\d?) ?月)';

/**
 * A month or a year in which a trouble was: against a readable clause. A year by itself may be a version (“Exchange 2019”),
 * and a month of papers (“the invoice for May”) is none in which something was.
 */
const dates: readonly RegExp[] = [
  new RegExp(` ${trouble} (?:we had |back )?(?:(?:in|of|from|im|vom|aus|jahr) )*${aDate} `),
  new RegExp(`${ofThings} (?:since|seit) (?:jahr )?${aDate} `),
  new RegExp(`^${wasThen}.*?${ofThings} (?:in|during|back in|im|im jahr|last|letzten) ${aDate} `),
  new RegExp(`${japaneseDate} ?の ?(?:メールの?)?[^ ]{0,4}(?:遅延|遅れ|障害|不具合|停止|問題|トラブル)`),
  new RegExp(`${japaneseDate} ?(?:に(?!送|受|作|届|保存|もら)(?=.*た)|から|頃|ごろ)`),
];

/** The last moment of the month or year that a readable clause names as past; undefined where it names none. */
export function pastDate(text: string, now: number): number | undefined {
  const groups = dates.map((one) => one.exec(text)?.groups).find((one) => one !== undefined);
  if (groups === undefined) return undefined;
  const { year, month } = groups;
  const end = endOf({ year: year === undefined ? undefined : Number(year), month: monthIn(month) }, now);
  return end < now ? end : undefined;
}

/** From 0. */
const monthIn = (month: string | undefined): number | undefined => {
  if (month === undefined) return undefined;
  return /^\d/.test(month) ? Number(month) - 1 : monthOf(month);
};

/** A month without a year is the latest that has begun. */
function endOf({ year, month }: { year: number | undefined; month: number | undefined }, now: number): number {
  const today = new Date(now);
  const latest = today.getUTCFullYear() - ((month ?? 0) > today.getUTCMonth() ? 1 : 0);
  // A day of grace, for wherever on earth the sender is.
  return Date.UTC(year ?? latest, (month ?? 11) + 1, 1) + dayMs;
}
