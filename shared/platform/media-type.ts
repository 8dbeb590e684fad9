/**
 * Which of the text forms of an answer `Accept` asks for rather than JSON, the desk's own choice: named, and at no lower quality.
 * Undefined: JSON. RFC 9110, 12.5.1.
 */
export function preferredText<Type extends string>(accept: string | null, offered: readonly Type[]): Type | undefined {
  const ranges = (accept ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, quality: quality === undefined ? 1 : Number(quality) };
  });
  const qualityOf = (type: string) => ranges.find((range) => range.type === type)?.quality ?? 0;
  const [best] = offered
    .filter((type) => qualityOf(type) > 0 && qualityOf(type) >= qualityOf('application/json'))
    .sort((a, b) => qualityOf(b) - qualityOf(a));
  return best;
}

export const prefersCsv = (accept: string | null): boolean => preferredText(accept, ['text/csv']) !== undefined;
