/** Splits items into consecutive runs of bounded total size. */

/** Runs of at most `budget` in total by `size`; a single item larger than that is a run of its own. */
export function microBatches<T>(items: readonly T[], size: (item: T) => number, budget: number): T[][] {
  const batches: T[][] = [];
  let room = 0;
  for (const item of items) {
    const batch = batches.at(-1);
    if (batch === undefined || size(item) > room) {
      batches.push([item]);
      room = budget - size(item);
    } else {
      batch.push(item);
      room -= size(item);
    }
  }
  return batches;
}
