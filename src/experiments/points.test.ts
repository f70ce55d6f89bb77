import { expect, test } from "vitest";
import { CELLS } from "./fixture.ts";
import { pointsOf } from "./points.ts";

const SERIES = [
  { of: "evaluations", metric: "passAt1", label: "pass@1" },
  { of: "steps", metric: "labelAccuracy", label: "label accuracy" },
] as const;

test("points of evaluations are means over seeds by step", () => {
  const points = pointsOf(CELLS.slice(0, 2), SERIES[0]);
  expect(points.map(({ step, mean }) => [step, mean])).toEqual([
    [0, 0.25],
    [20, 0.75],
  ]);
});

test("points of steps are means over five of them", () => {
  const points = pointsOf(CELLS.slice(0, 1), SERIES[1]);
  expect(points.map(({ step, mean }) => [step, mean])).toEqual([
    [3, 0.5],
    [8, 0.5],
    [13, 0.75],
    [18, 0.75],
  ]);
});
