const dayMs = 24 * 60 * 60 * 1000;
/** 29 February on a given weekday comes back within 28 years, or 40 where a century's leap year is left out. */
const longestGapDays = 40 * 366;

export type Schedule = {
  /** The first occurrence after this moment, both in milliseconds since the epoch. */
  next(afterMs: number): number;
};

type Field = { name: string; min: number; max: number; names?: string[] };

const second: Field = { name: 'second', min: 0, max: 59 };
const minute: Field = { name: 'minute', min: 0, max: 59 };
const hour: Field = { name: 'hour', min: 0, max: 23 };
const day: Field = { name: 'day', min: 1, max: 31 };
const month: Field = {
  name: 'month',
  min: 1,
  max: 12,
  names: 'january february march april may june july august september october november december'.split(' '),
};
const dayOfWeek: Field = {
  name: 'day of week',
  min: 0,
  max: 6,
  names: 'sunday monday tuesday wednesday thursday friday saturday'.split(' '),
};

/**
 * Parses an NCRONTAB expression of six fields `{second} {minute} {hour} {day} {month} {day of week}`, or five without
 * seconds, in UTC. As in the NCrontab library of the platform: day and day of week must both match, a reversed range
 * is turned round, `a/n` runs to the field's end, and a name may be shortened. Throws on anything else, also on a
 * date that never comes.
 */
export function parseNcrontab(expression: string): Schedule {
  if (expression.includes(':')) {
    throw new Error(
      `The schedule '${expression}' is a time span, which works on an App Service plan only: use NCRONTAB.`,
    );
  }
  const parts = expression.trim().split(/\s+/);
  if (parts.length === 5) parts.unshift('0');
  if (parts.length !== 6)
    throw new Error(`The schedule '${expression}' must have six fields, or five without seconds.`);

  const [seconds, minutes, hours, days, months, weekdays] = [second, minute, hour, day, month, dayOfWeek].map(
    (field, index) => parseField(field, parts[index] ?? '', expression),
  ) as [number[], number[], number[], number[], number[], number[]];

  const isDue = (date: Date) =>
    days.includes(date.getUTCDate()) && months.includes(date.getUTCMonth() + 1) && weekdays.includes(date.getUTCDay());
  const timesOfDay = { seconds, minutes, hours };

  const next = (afterMs: number) => {
    // Occurrences are whole seconds: the first candidate is the next one.
    const fromMs = (Math.floor(afterMs / 1000) + 1) * 1000;
    const firstDay = Math.floor(fromMs / dayMs) * dayMs;
    for (let dayStart = firstDay; dayStart < firstDay + longestGapDays * dayMs; dayStart += dayMs) {
      if (!isDue(new Date(dayStart))) continue;
      const second = firstTimeOfDay(timesOfDay, Math.max(0, (fromMs - dayStart) / 1000));
      if (second !== undefined) return dayStart + second * 1000;
    }
    throw new Error(`The schedule '${expression}' never comes.`);
  };
  next(0);
  return { next };
}

type TimesOfDay = { seconds: number[]; minutes: number[]; hours: number[] };

/** The first time of day, in seconds since midnight, at or after `from`. */
function firstTimeOfDay({ seconds, minutes, hours }: TimesOfDay, from: number): number | undefined {
  for (const h of hours) {
    if ((h + 1) * 3600 <= from) continue;
    for (const m of minutes) {
      if (h * 3600 + (m + 1) * 60 <= from) continue;
      const found = seconds.map((s) => h * 3600 + m * 60 + s).find((time) => time >= from);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** All values that a field allows, in order. */
function parseField(field: Field, text: string, expression: string): number[] {
  const allowed = new Set<number>();
  for (const item of text.split(',')) {
    const range = parseItem(field, item);
    if (!range) throw new Error(`The schedule '${expression}' is wrong: '${text}' is no ${field.name}.`);
    for (let value = range.min; value <= range.max; value += range.step) allowed.add(value);
  }
  return [...allowed].sort((a, b) => a - b);
}

/** `*`, `a`, `a-b`, each also with `/step`. */
function parseItem(field: Field, item: string): { min: number; max: number; step: number } | undefined {
  const [, from, to, stepText = '1'] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? [];
  const step = Number(stepText);
  if (from === undefined || step === 0) return undefined;
  if (from === '*') return to === undefined ? { min: field.min, max: field.max, step } : undefined;

  const first = valueOf(field, from);
  const last = to === undefined ? (step === 1 ? first : field.max) : valueOf(field, to);
  if (first === undefined || last === undefined) return undefined;
  return { min: Math.min(first, last), max: Math.max(first, last), step };
}

function valueOf(field: Field, word: string): number | undefined {
  if (/^\d+$/.test(word)) return Number(word) >= field.min && Number(word) <= field.max ? Number(word) : undefined;
  const index = field.names?.findIndex((name) => name.startsWith(word.toLowerCase())) ?? -1;
  return index < 0 ? undefined : index + field.min;
}
