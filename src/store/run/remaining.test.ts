import { expect, test } from "vitest";
import { evaluationOf, recordOf, setupOf, stepOf } from "../fixture.ts";
import { remainingSeconds } from "./remaining.ts";

test("nothing is estimated before the first step", () => {
  expect(remainingSeconds(recordOf())).toBeNull();
});

test("the estimate counts the steps left and the evaluations still due", () => {
  const setup = setupOf({ steps: 30, evaluateEvery: 10, evaluationSamples: 4, initialSamples: 8 });
  const record = recordOf({ setup, steps: [stepOf(1), stepOf(2)], evaluations: [evaluationOf(0)] });
  // 28 steps of 3 s. Evaluations at 10 and 20 (4 samples) and 30 (8): 16 samples x 2 questions x 25 tokens = 800 at 500/s.
  expect(remainingSeconds(record)).toBeCloseTo(28 * 3 + 1.6, 10);
});

test("after the last step and the last evaluation nothing is left", () => {
  const setup = setupOf({ steps: 1 });
  const record = recordOf({ setup, steps: [stepOf(1)], evaluations: [evaluationOf(0), evaluationOf(1)] });
  expect(remainingSeconds(record)).toBe(0);
});
