/** Splits items into micro-batches of bounded total size. */

/** Returns consecutive batches of at most `budget` in total `size`; an item larger than that is a batch of its own. */
export function microBatches<T>(items: readonly T[], size: (item: T) => number, budget: number): T[][] {
  const batches: T[][] = [];
  let left = 0;
  for (const item of items) {
    const batch = batches.at(-1);
    if (batch === undefined || size(item) > left) {
      batches.push([item]);
      left = budget - size(item);
    } else {
      batch.push(item);
      left -= size(item);
    }
  }
  return batches;
}
