import { describe, expect, test } from "vitest";
import { createRandom } from "../math/random.ts";
import { configFrom } from "./config.ts";
import { say } from "./fixture.ts";
import { judgeStep } from "./judge.ts";
import type { Group } from "./types.ts";

/** Three say 8, one says 9; the first is unsure. */
const RESPONSES = [1.5, 0.5, 1, 1].map((entropy, i) => ({
  ...say(`\\boxed{${i === 3 ? 9 : 8}}`),
  entropy,
}));

function judged(values: object, costs: readonly Float64Array[] = []): Group {
  const config = configFrom({ advantage: "dr-grpo", ...values });
  const question = { id: "q", prompt: "q" };
  const sources = { leaked: null, random: createRandom(0) };
  const asked = [{ question, responses: RESPONSES, greedy: null, costs, initialLabel: null }];
  return judgeStep(asked, "math", config, sources).groups[0]!;
}

describe("a judged group", () => {
  test("has hard rewards and group-relative advantages by default", () => {
    const { rewards, advantages } = judged({});
    expect(rewards).toEqual([1, 1, 1, 0]);
    expect(advantages).toEqual([0.25, 0.25, 0.25, -0.75]);
  });

  test("earns shares with soft votes", () => {
    const { rewards, advantages } = judged({ voting: "soft" });
    expect(rewards).toEqual([0.75, 0.75, 0.75, 0.25]); // mean 5/8
    expect(advantages).toEqual([0.125, 0.125, 0.125, -0.375]);
  });

  test("pays for its distance to the initial model before it is compared", () => {
    const costs = [0.5, 0, 0, 0.5].map((cost) => Float64Array.of(cost));
    // Rewards 0.5 1 1 -0.5, mean 0.5; the rewards told are those of the vote.
    expect(judged({}, costs).advantages).toEqual([0, 0.5, 0.5, -1]);
    expect(judged({}, costs).rewards).toEqual([1, 1, 1, 0]);
  });

  test("is shaped by entropy", () => {
    // Mean entropy 1: factors 0.5, 1.5, 1 and 1.
    expect(judged({ advantageShaping: "entropy" }).advantages).toEqual([0.125, 0.375, 0.25, -0.75]);
  });

  // Entropy of 3/4 and 1/4: 0.562 nats.
  test.each([
    [{ leastVoteEntropy: 0.57 }, 0],
    [{ leastVoteEntropy: 0.56 }, 0.25],
    [{ mostVoteEntropy: 0.56 }, 0],
    [{ mostVoteEntropy: 0.57 }, 0.25],
  ])("has no advantage where its vote entropy is out of %o", (bound, advantage) => {
    expect(judged(bound).advantages[0]).toBe(advantage);
  });

  test("is not rewarded and pushed away from below the consensus floor", () => {
    const below = judged({ consensusFloor: 4, consensusPenalty: 0.5 });
    expect(below.rewards).toEqual([0, 0, 0, 0]);
    expect(below.advantages).toEqual([-0.5, -0.5, -0.5, -0.5]);
    expect(judged({ consensusFloor: 3, consensusPenalty: 0.5 }).advantages).toEqual([
      0.25, 0.25, 0.25, -0.75,
    ]);
  });
});
