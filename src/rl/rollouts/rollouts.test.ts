import { describe, expect, test } from "vitest";
import type { UpdateConfig } from "../config/coreFields.ts";
import { say } from "../fixture.ts";
import { keptRollouts } from "./rollouts.ts";
import type { Group } from "../contracts/types.ts";
import { majorityVote } from "../vote.ts";

/** A group with responses of these lengths in tokens. */
function groupOf(prompt: string, lengths: readonly number[]): Group {
  const responses = lengths.map((length) => ({ ...say("\\boxed{1}"), tokens: new Int32Array(length) }));
  const answers = lengths.map(() => "1");
  const rewards = lengths.map(() => 1);
  const vote = majorityVote(answers);
  return {
    question: { id: prompt, prompt },
    responses,
    answers,
    vote,
    votes: answers.length,
    rewards,
    advantages: [],
  };
}

// Kept: 1 and 3 tokens of "a" (its third response only voted), 2 tokens of "b", which carry no signal.
const GROUPS = [groupOf("a", [1, 3, 5]), groupOf("b", [2])];
const ADVANTAGES = [[Float64Array.of(1), Float64Array.of(0, 0, -1)], [Float64Array.of(0, 0)]];

describe("rollouts of an update", () => {
  test("are the kept responses, each token with its own advantage", () => {
    const averaging = { aggregation: "token-mean", maxResponseTokens: 10 } as const;
    const rollouts = keptRollouts(GROUPS, ADVANTAGES, averaging);
    expect(rollouts.map(({ prompt }) => prompt)).toEqual(["a", "a", "b"]);
    expect(rollouts.map(({ response }) => response.tokens.length)).toEqual([1, 3, 2]);
    expect(rollouts.map(({ advantages }) => [...advantages])).toEqual([[1], [0, 0, -1], [0, 0]]);
  });

  test.each<[UpdateConfig["aggregation"], number[]]>([
    ["token-mean", [1 / 6, 1 / 6, 1 / 6]],
    ["trained-token-mean", [1 / 4, 1 / 4, 1 / 4]],
    ["pair-token-mean", [1 / 8, 1 / 8, 1 / 4]],
    ["sequence-mean-token-sum", [1 / 3, 1 / 3, 1 / 3]],
    ["sequence-mean-token-mean", [1 / 3, 1 / 9, 1 / 6]],
    ["sequence-mean-token-sum-norm", [1 / 30, 1 / 30, 1 / 30]],
  ])("weigh their tokens as %s says", (aggregation, weights) => {
    const rollouts = keptRollouts(GROUPS, ADVANTAGES, { aggregation, maxResponseTokens: 10 });
    expect(rollouts.map(({ weight }) => weight)).toEqual(weights);
  });

  test("have finite weights when nothing carries a signal", () => {
    const averaging = { aggregation: "trained-token-mean", maxResponseTokens: 10 } as const;
    const [rollout] = keptRollouts([groupOf("b", [2])], [[Float64Array.of(0, 0)]], averaging);
    expect(rollout?.weight).toBe(1);
  });
});
