/** Whether `Accept` asks for CSV rather than JSON, the desk's own choice: named, and at no lower quality. RFC 9110, 12.5.1. */
export function prefersCsv(accept: string | null): boolean {
  const ranges = (accept ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, quality: quality === undefined ? 1 : Number(quality) };
  });
  const qualityOf = (type: string) => ranges.find((range) => range.type === type)?.quality ?? 0;
  const csv = qualityOf('text/csv');
  return csv > 0 && csv >= qualityOf('application/json');
}
