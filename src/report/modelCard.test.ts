import { expect, test } from "vitest";
import { configFrom } from "../rl/ttrlConfig.ts";
import { describedRun, evaluationFrom, evaluationOf, stepOf } from "./fixture.ts";
import { modelCard } from "./modelCard.ts";
import type { RunReport } from "./record.ts";

const report: RunReport = {
  run: describedRun(configFrom({ steps: 2, questionsPerStep: 16, votesPerQuestion: 64, seed: 7 })),
  steps: [stepOf(1), stepOf(2)],
  evaluations: [
    { ...evaluationFrom(0, [0, 0, 0, 0]), majorityRatio: 0.4 },
    evaluationOf(1, { passAt1: 0.987 }),
    evaluationFrom(2, [1, 1, 1, 1]),
  ],
};

test("the card says what was done, and on which questions it was measured", () => {
  const card = modelCard(report);
  expect(card).toContain("# tiny, after test-time reinforcement learning");
  expect(card).toContain(
    'on the questions of "Word problems" by TTRL (arXiv 2504.16084): 2 steps of 16 questions, 64 votes each, ' +
      "seed 7, on the cpu backend.\n",
  );
  expect(card).toContain('The results on "Word problems" are on the questions trained on');
  expect(card).toContain('"votesPerQuestion": 64'); // the settings
});

test("the card has the first and the last evaluation, with their intervals over questions", () => {
  const rows = modelCard(report)
    .split("\n")
    .filter((line) => line.startsWith("| Word"));
  expect(rows).toEqual([
    "| Word problems (trained on) | 0 (base) | 4 | 0.0% [0.0%, 0.0%] | 0.0% [0.0%, 0.0%] | 40.0% |",
    "| Word problems (trained on) | 2 (final) | 4 | 100.0% [100.0%, 100.0%] | 100.0% [100.0%, 100.0%] | 50.0% |",
  ]);
});

test("the card of a run cut short says so, and calls no evaluation before its last step final", () => {
  const card = modelCard({ ...report, steps: [stepOf(1)], evaluations: report.evaluations.slice(0, 1) });
  expect(card).toContain("1 step of 16 questions");
  expect(card).toContain("The run was configured for 2 steps.");
  expect(card).not.toContain("(final)");
});

test("further data sets have rows of their own, unknown figures by name", () => {
  const further = new Map([["no|answers", [evaluationFrom(0, [null]), evaluationFrom(2, [null])]]]);
  const card = modelCard(report, further);
  expect(card).toContain("| no\\|answers | 0 (base) | 4 | unknown | unknown | 50.0% |");
  expect(card).toContain("| no\\|answers | 2 (final) | 4 | unknown | unknown | 50.0% |");
});

test("the card of a control says what it learned from", () => {
  const control = { ...report, run: describedRun(configFrom({ steps: 2, labelSource: "truth" })) };
  expect(modelCard(control)).toContain('as a control (label source "truth") on the questions');
  expect(modelCard(control)).toContain("whose answers were used for training and evaluation.");
  expect(modelCard(report)).toContain("without labels on the questions");
  expect(modelCard(report)).toContain("whose answers were used for evaluation only.");
});

test("the card of a run that trained an adapter says so, and where it is by itself", () => {
  const run = describedRun(configFrom({ steps: 2, trainable: "lora", loraRank: 8 }));
  expect(modelCard({ ...report, run, adapterParameters: 1234 })).toContain(
    "A LoRA adapter of 1234 parameters was trained (rank 8, alpha 32, all-linear) and merged into these weights;",
  );
  expect(modelCard(report)).not.toContain("adapter");
});
