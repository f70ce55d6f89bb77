/** Returns at most seven ticks from 0 to `last`: multiples of 1, 2 or 5 times a power of ten. */
export function stepTicks(last: number): number[] {
  const rough = Math.max(1, last / 6);
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  return Array.from({ length: Math.floor(last / interval) + 1 }, (_, i) => i * interval);
}
