import { expect, test } from "vitest";
import { microBatches } from "./microBatches.ts";

const size = (item: number): number => item;

test("micro-batches fill up to the budget, in order", () => {
  expect(microBatches([3, 4, 3, 1, 6, 2], size, 10)).toEqual([
    [3, 4, 3],
    [1, 6, 2],
  ]);
});

test("an item larger than the budget is a batch of its own", () => {
  expect(microBatches([2, 11, 3, 4], size, 10)).toEqual([[2], [11], [3, 4]]);
});

test("there are none of nothing", () => {
  expect(microBatches([], size, 10)).toEqual([]);
});
