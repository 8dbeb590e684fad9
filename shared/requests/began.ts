import { dayMs, fromIso, hourMs } from '../core/clock.ts';
import type { Mood } from './moods.ts';
import type { Clause } from './told.ts';
import { troubles } from './symptom-words.ts';
import { pastDate } from './past-dates.ts';
import { found, type WordList } from './words.ts';

/** Words that say how long something has gone on, the longest first, and how long at the least. */
const ages: readonly { words: WordList; ageMs: number }[] = [
  {
    words:
      'months late*, monate zu spaet*, か月遅れ, for months, since months, for several months, months now, for a year, since last month, since spring*, since summer*, for years, seit monaten*, seit mehreren monaten*, seit einem jahr*, seit jahren*, seit letztem monat*, か月前から, ヶ月前から, 月ごろから, 夏ごろから, 春ごろから, 先月から, 去年から, 昨年から, 何年も',
    ageMs: 30 * dayMs,
  },
  {
    words:
      'weeks late*, wochen zu spaet*, 週間遅れ, for weeks, since weeks, for two weeks, for three weeks, about three weeks, weeks now, for several weeks, seit wochen*, seit zwei wochen*, seit drei wochen*, seit mehreren wochen*, 週間前から, 何週間も, 数週間',
    ageMs: 14 * dayMs,
  },
];

/**
 * When the trouble began: as the sender says in its field, or in words that speak of weeks, months and years. Undefined where nothing
 * is said.
 */
export function beganAt(request: {
  clauses: readonly Clause[];
  startedAt?: string | undefined;
  receivedAt: number;
}): number | undefined {
  if (request.startedAt !== undefined) return fromIso(request.startedAt);
  const told = (mood: Mood) => request.clauses.filter((one) => one.mood === mood && isComplaint(one.text));
  if (told('past').length > 0 && told('plain').length === 0) return request.receivedAt - longAgoMs;
  const plain = request.clauses.filter(({ mood }) => mood === 'plain');
  const age = ages.find(({ words }) => plain.some(({ text }) => found(text, words).length > 0 && isComplaint(text)));
  if (age !== undefined) return request.receivedAt - age.ageMs;
  const dated = plain.map(({ text }) => ({ text, at: pastDate(text, request.receivedAt) }));
  const isTold = dated.some(({ text }) => isComplaint(text));
  return isTold ? dated.find(({ at }) => at !== undefined)?.at : undefined;
}

/** What is told of as past (“last year”) is at least this old. */
const longAgoMs = 30 * dayMs;

const isComplaint = (text: string): boolean => troubles.some(({ words }) => found(text, words).length > 0);

/** Microsoft often learns of an incident after its customers. */
export const learntLateMs = 3 * hourMs;
