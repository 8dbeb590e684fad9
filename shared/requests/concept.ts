/** Something that people speak of in their own words, and Microsoft in its: the ground on which the two are compared. */
export type Concept = { id: string; name: string; weight: number; words: string };

export const c = ([id, name]: [string, string], weight: number, ...words: string[]): Concept => ({
  id,
  name,
  weight,
  words: words.join(', '),
});
