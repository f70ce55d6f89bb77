import { expect, test } from "vitest";
import type { Evaluation } from "../src/rl/metrics.ts";
import type { Entry } from "./journal.ts";
import { evaluationReport, runSummary } from "./summary.ts";

function evaluation(step: number, passAt1: readonly (number | null)[]): Evaluation {
  const questions = passAt1.map((value, i) => ({
    id: `q${i}`,
    level: i < 2 ? "L1" : "L2",
    passAt1: value,
    majority: value === null ? null : Math.round(value),
    majorityRatio: 0.5,
  }));
  const share = {
    passAtN: null,
    rewardAccuracy: null,
    majorityRatio: 0.5,
    unansweredShare: 0,
    truncatedShare: 0,
  };
  const known = passAt1.filter((value) => value !== null);
  const mean = known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  return {
    step,
    samples: 4,
    temperature: 0.6,
    topP: 0.95,
    passAt1: mean,
    majAtN: mean,
    ...share,
    entropy: 1,
    responseLength: 5,
    sampledTokens: 100,
    questions,
  };
}

const entry = (dataset: string, step: number, passAt1: readonly (number | null)[]): Entry => ({
  metrics: { type: "evaluation", dataset, ...evaluation(step, passAt1) },
  timing: { type: "evaluation", dataset, step, seconds: 1.04 },
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

test("an evaluation is reported by level, each with its own interval", () => {
  const report = evaluationReport(evaluation(0, [0, 0, 1, 1]));
  expect(report.questions).toBe(4);
  expect(report.byLevel).toEqual([
    { level: "L1", questions: 2, passAt1: 0, majAtN: 0, passAt1Interval: [0, 0], majAtNInterval: [0, 0] },
    { level: "L2", questions: 2, passAt1: 1, majAtN: 1, passAt1Interval: [1, 1], majAtNInterval: [1, 1] },
  ]);
});
