/** A portal of Microsoft's as a person sees it: cases by number, each with the marker of its packet. */
export function simulatedPortal() {
  const numbers: string[] = [];
  return {
    numbers,
    file: (): string => {
      const number = String(2_611_020_030_000_000 + numbers.length);
      numbers.push(number);
      return number;
    },
    /** Who looks for the marker finds the first case that has it. */
    find: (): string | undefined => numbers[0],
  };
}
export type SimulatedPortal = ReturnType<typeof simulatedPortal>;
