import * as z from 'zod';

/** Text that says something and that storage can keep: not blank, and without half characters. */
export const textOf = (characters: number) =>
  z
    .string()
    .max(characters)
    .regex(/\S/, 'must not be blank')
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');
