import * as z from 'zod';
import { limits } from '../core/limits.ts';

/** Text that says something and that storage can keep: not blank, and without half characters. */
export const textOf = (characters: number) =>
  z
    .string()
    .max(characters)
    .regex(/\S/, 'must not be blank')
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
    .refine((text) => !text.includes('\0'), 'must not hold the character U+0000');

/** A list that is kept in one column. A character may take six as JSON. */
export const listOf = <Item extends z.ZodType>(item: Item, most: number) =>
  z
    .array(item)
    .max(most)
    .refine(
      (list) => JSON.stringify(list).length <= limits.listCharacters,
      `must not be longer than ${String(limits.listCharacters)} characters as JSON`,
    );
