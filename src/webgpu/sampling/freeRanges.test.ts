import { expect, test } from "vitest";
import { FreeRanges } from "./freeRanges.ts";

test("hands out each place once, and joins neighbours that come back", () => {
  const ranges = new FreeRanges(10, 6);
  expect([ranges.take(2), ranges.take(3), ranges.take(2), ranges.take(1)]).toEqual([10, 12, null, 15]);
  ranges.give(10, 2);
  ranges.give(15, 1);
  expect(ranges.take(3)).toBeNull();
  ranges.give(12, 3);
  expect(ranges.take(6)).toBe(10);
});
