import { expect, it } from "vitest";
import { configFrom, methodOf } from "../rl/ttrlConfig.ts";
import { demandOf } from "../model/memory/demand.ts";

const SIZES = { questionsPerStep: 16, votesPerQuestion: 8, rolloutsPerQuestion: 4, maxResponseTokens: 32 };

it("asks for the votes of a step, and for evaluations", () => {
  expect(demandOf(methodOf(configFrom(SIZES)), 200)).toEqual({
    sampled: [
      { questions: 16, responses: 8 },
      { questions: 200, responses: 64 },
    ],
    taught: null,
    trained: { questions: 16, responses: 4 },
    maxResponseTokens: 32,
    initialModel: false,
    critic: false,
    rewardModel: false,
  });
});

it("asks no more questions than there are, and votes by batches", () => {
  const { sampled, trained } = demandOf(
    methodOf(configFrom({ ...SIZES, voteBatch: 2, initialSamples: 8 })),
    3,
  );
  expect(sampled).toEqual([
    { questions: 3, responses: 2 },
    { questions: 3, responses: 16 },
  ]);
  expect(trained.questions).toBe(3);
});

it("has companions where the settings want them, and asks the initial model for all labels", () => {
  expect(demandOf(methodOf(configFrom({ ...SIZES, advantage: "gae" })), 9).critic).toBe(true);
  const prime = demandOf(methodOf(configFrom({ ...SIZES, advantage: "prime", teacherShare: 0.25 })), 9);
  expect(prime).toMatchObject({
    rewardModel: true,
    initialModel: true,
    taught: { questions: 9, responses: 2 },
  });
  const { sampled } = demandOf(methodOf(configFrom({ ...SIZES, labelSource: "initial-majority" })), 99);
  expect(sampled[2]).toEqual({ questions: 99, responses: 8 });
});
