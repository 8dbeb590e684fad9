/** Whether a JSON value is nested deeper than `levels`; without recursion, because the value is a stranger's. */
export function deeperThan(value: unknown, levels: number): boolean {
  let layer: unknown[] = [value];
  for (let depth = 0; depth <= levels; depth++) {
    layer = layer.flatMap((one) => (typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : []));
    if (layer.length === 0) return false;
  }
  return true;
}
