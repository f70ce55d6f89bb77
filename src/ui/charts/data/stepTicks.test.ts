import { expect, test } from "vitest";
import { stepTicks } from "./stepTicks.ts";

test("ticks of the step axis are round and few", () => {
  expect(stepTicks(1)).toEqual([0, 1]);
  expect(stepTicks(61)).toEqual([0, 20, 40, 60]);
  expect(stepTicks(100)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(stepTicks(2500)).toEqual([0, 500, 1000, 1500, 2000, 2500]);
});
