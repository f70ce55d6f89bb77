import { describe, expect, test } from "vitest";
import { groupAdvantages } from "../../advantage.ts";
import { majorityVote } from "../../vote.ts";
import { trustIn } from "../trust.ts";
import { labelWeights, multiLabelAdvantages } from "./multiLabel.ts";

const SHAPE = { centre: 1, width: 0.5 };

test("trust is a Gaussian over vote shares", () => {
  expect(trustIn(1, SHAPE)).toBe(1);
  expect(trustIn(0.5, SHAPE)).toBeCloseTo(Math.exp(-1 / 2), 15); // one width from the centre
  expect(trustIn(0.25, { centre: 0.75, width: 0.25 })).toBeCloseTo(Math.exp(-2), 15);
});

describe("labels by weight", () => {
  // exp(-1/8) and exp(-9/8): shares e / (1 + e) and 1 / (1 + e).
  const weights = labelWeights(majorityVote(["8", "8", "8", "9"]), 4, SHAPE);
  const ratio = Math.E / (1 + Math.E);

  test("add up to 1, the frequent ones weighing more", () => {
    expect([...weights.keys()]).toEqual(["8", "9"]);
    expect(weights.get("8")).toBeCloseTo(ratio, 15);
    expect(weights.get("9")).toBeCloseTo(1 - ratio, 15);
  });

  test("count silent responses in the shares", () => {
    const half = labelWeights(majorityVote(["8", null]), 2, SHAPE);
    expect(half.get("8")).toBe(1);
    const thirds = labelWeights(majorityVote(["8", "8", "9", null]), 4, SHAPE);
    // exp(-1/2) and exp(-9/8): their ratio is e^(5/8).
    expect(thirds.get("8")! / thirds.get("9")!).toBeCloseTo(Math.exp(5 / 8), 14);
  });

  const answers = ["8", "8", "8", "9"];
  const under = (label: string | null) =>
    answers.map((answer) => Float64Array.of(0, answer === label ? 1 : 0)); // two tokens, rewarded at the end

  // Label 8: rewards 1 1 1 0, mean 3/4, deviation 1/2; label 9: the opposite.
  test("sum GRPO's advantages of each label, each by its own deviation", () => {
    const advantages = multiLabelAdvantages(weights, under);
    const expected = [0.5, 0.5, 0.5, -1.5].map((value) => value * (2 * ratio - 1));
    for (const [i, tokens] of advantages.entries()) {
      for (const value of tokens) expect(value).toBeCloseTo(expected[i]!, 5); // GRPO adds 1e-6 to the deviation
      expect(tokens).toHaveLength(2);
    }
  });

  test("of an estimator that divides by nothing are its advantage of the weights as rewards", () => {
    const rewardsOf = (label: string) => answers.map((answer) => Number(answer === label));
    const [eight = [], nine = []] = ["8", "9"].map((label) => groupAdvantages(rewardsOf(label), "rloo"));
    const together = groupAdvantages(answers.map((answer) => weights.get(answer)!), "rloo"); // prettier-ignore
    for (const [i, value] of together.entries()) {
      expect(value).toBeCloseTo(weights.get("8")! * eight[i]! + weights.get("9")! * nine[i]!, 14);
    }
  });
});
