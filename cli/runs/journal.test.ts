import { expect, test } from "vitest";
import { evaluationFrom } from "../../src/report/fixture.ts";
import { runSummary, type Entry } from "./journal.ts";

const entry = (dataset: string, step: number, passAt1: readonly (number | null)[]): Entry => ({
  metrics: { type: "evaluation", dataset, ...evaluationFrom(step, passAt1) },
  timing: { type: "evaluation", dataset, step, seconds: 1.04, responseBytes: 0 },
});

test("a run is summed up by its first and last evaluations of each data set", () => {
  const entries = [
    entry("word", 0, [0, 0, 1, 1]),
    entry("choice", 0, [0, 0, 0, 0]),
    entry("word", 10, [0, 1, 1, 1]),
    entry("word", 20, [1, 1, 1, 1]),
    entry("choice", 20, [null, null, null, null]),
  ];
  const summary = runSummary(entries, "word", ["choice"], 20);
  expect(summary).toMatchObject({
    steps: 0,
    tokens: 500,
    seconds: 5.2,
    base: { passAt1: 0.5, samples: 4, questions: 4 },
    final: { passAt1: 1, passAt1Interval: [1, 1], majAtNInterval: [1, 1] },
    evals: {
      choice: {
        base: { passAt1: 0, passAt1Interval: [0, 0] },
        final: { passAt1: null, passAt1Interval: null },
      },
    },
  });
  const [low, high] = summary.base?.passAt1Interval ?? [Number.NaN, Number.NaN];
  // Mean of 4 fair coins: 0 and 1 each come up in 6% of the draws, more than the 2.5% cut off at either end.
  expect([low, high]).toEqual([0, 1]);
});
