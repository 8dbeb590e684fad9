import * as z from 'zod';
import type { Taken } from './field-map-schema.ts';

type TakenText = { ok: true; text: string | undefined } | { ok: false; fault: string };

const timeSchema = z.iso.datetime({ offset: true });
export const isTime = (text: string): boolean => timeSchema.safeParse(text).success;

const bareTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,7})?)Z?$/;

/** The text that one item of a payload is, as the map says; `undefined` where it is left out. */
export function textOf(item: unknown, taken: Taken): TakenText {
  if (item === undefined || item === null || item === '') {
    if (taken.default !== undefined) return { ok: true, text: taken.default };
    return taken.optional ? { ok: true, text: undefined } : { ok: false, fault: 'is missing' };
  }
  const word = wordOf(item);
  return word === undefined
    ? { ok: false, fault: 'is no text, and no number that can be kept' }
    : converted(word, taken);
}

/** Texts as they are, true and false, and numbers that JSON and JavaScript read alike. */
export function wordOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  if (typeof item === 'boolean') return String(item);
  if (typeof item !== 'number' || !Number.isFinite(item)) return undefined;
  return Number.isInteger(item) && !Number.isSafeInteger(item) ? undefined : String(item);
}

function converted(text: string, { words, time, cut }: Taken): TakenText {
  if (words !== undefined) {
    return Object.hasOwn(words, text)
      ? { ok: true, text: words[text] }
      : { ok: false, fault: 'is a word the map lacks' };
  }
  if (time !== undefined) {
    const [, day, hour] = bareTime.exec(text) ?? [];
    const utc = `${String(day)}T${String(hour)}Z`;
    return isTime(utc) ? { ok: true, text: utc } : { ok: false, fault: 'is not a time in UTC' };
  }
  return { ok: true, text: cut === undefined ? text : shortened(text, cut) };
}

/** Never through the middle of a character that takes two units. */
function shortened(text: string, units: number): string {
  const short = text.slice(0, units);
  return text.length > units && /[\uD800-\uDBFF]$/.test(short) ? short.slice(0, -1) : short;
}
