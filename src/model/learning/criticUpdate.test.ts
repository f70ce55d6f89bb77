import { expect, test } from "vitest";
import { clipFraction } from "./criticUpdate.ts";
import { LOSSES } from "../fixture.ts";

test.each(LOSSES.values.cases)("the share of clipped values is verl's at clip $clip", (each) => {
  const { predicted, old, returns } = LOSSES.values;
  const half = predicted.length / 2;
  const rows = [
    [0, half],
    [half, predicted.length],
  ].map(([first, end]) => ({
    values: { old: old.slice(first, end), returns: returns.slice(first, end), weights: [] },
  }));
  expect(clipFraction(predicted, rows, each.clip)).toBeCloseTo(each.clipFraction, 6); // theirs is float32
});
