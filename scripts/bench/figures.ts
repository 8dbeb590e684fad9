/** Median of paired ratios with the spread of the middle half: the machine's drift hits both of a pair alike. */
export function pairedRatio(pairs: readonly (readonly [number, number])[]): string {
  const ratios = pairs.map(([a, b]) => a / b).sort((x, y) => x - y);
  const at = (part: number) => (ratios[Math.floor((ratios.length - 1) * part)] ?? Number.NaN).toFixed(2);
  return `${at(0.5)} (middle half ${at(0.25)} to ${at(0.75)}, ${String(ratios.length)} pairs)`;
}
