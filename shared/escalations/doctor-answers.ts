import * as z from 'zod';
import type { HttpAnswer } from '../platform/http.ts';

const jsonIn = (body: string): unknown => {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
};

const anyItem = z.looseObject({});
const listSchema = z.looseObject({ items: z.array(anyItem).optional(), value: z.array(anyItem).optional() });

/** What a list of Graph (`value`) or of Partner Center (`items`) holds. */
export function itemsOf({ body }: HttpAnswer): Record<string, unknown>[] {
  const { items, value } = listSchema.safeParse(jsonIn(body)).data ?? {};
  return items ?? value ?? [];
}

/** The texts of a plain list. */
export const textsOf = ({ body }: HttpAnswer): string[] => z.array(z.string()).safeParse(jsonIn(body)).data ?? [];

/** The different values of a member, in order, at most so many: they are shown to people. */
export function valuesOf(answer: HttpAnswer, member: string, most = 60): string {
  const values = new Set(itemsOf(answer).flatMap((item) => (typeof item[member] === 'string' ? [item[member]] : [])));
  const shown = [...values].sort().slice(0, most);
  return shown.length === 0 ? 'none' : shown.join(', ');
}

export const countOf = (answer: HttpAnswer): string => String(itemsOf(answer).length);
