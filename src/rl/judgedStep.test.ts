import { answerRules } from "./answerRules.ts";
import { describe, expect, test } from "vitest";
import type { Sampled } from "./contracts/hooks.ts";
import type { Group } from "./contracts/types.ts";
import { judge, MATH, sampledOf, say } from "./fixture.ts";

/** Three say 8, one says 9; the first is unsure. */
const RESPONSES = [1.5, 0.5, 1, 1].map((entropy, i) => ({
  ...say(`\\boxed{${i === 3 ? 9 : 8}}`),
  entropy,
}));

/** The group of one question with these texts, under the paper's rules. */
function judgedByPaper(texts: readonly string[], values: object = {}): Group {
  const sampled = sampledOf(texts.map((text) => say(text)));
  const config = { advantage: "dr-grpo", answers: "paper", ...values };
  const rules = answerRules({ task: "math" }, { answers: "paper", answerFormat: "auto" });
  return judge([sampled], config, rules).groups[0]!;
}

function judged(values: object, changes: Partial<Sampled> = {}): Group {
  return judge([sampledOf(RESPONSES, changes)], { advantage: "dr-grpo", ...values }, MATH).groups[0]!;
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
    expect(judged({}, { costs }).advantages).toEqual([0, 0.5, 0.5, -1]);
    expect(judged({}, { costs }).rewards).toEqual([1, 1, 1, 0]);
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

  // Trusts of 3/4 and 1/4 around 1 with width 1/2: weights e / (1 + e) and 1 / (1 + e), see labelWeights.test.ts.
  const multiLabel = { voting: "multi-label", trustCentre: 1, labelTrustWidth: 0.5 };
  const ahead = (Math.E - 1) / (Math.E + 1); // by how much the first label weighs more

  test("has every answer as a label, each compared by its own deviation", () => {
    const { rewards, advantages } = judged({ ...multiLabel, advantage: "grpo" });
    expect(rewards[0]).toBeCloseTo((1 + ahead) / 2, 14);
    expect(rewards[3]).toBeCloseTo((1 - ahead) / 2, 14);
    for (const [i, value] of [0.5, 0.5, 0.5, -1.5].entries())
      expect(advantages[i]).toBeCloseTo(value * ahead, 5);
  });

  test("has the weights as rewards where nothing is divided by the deviation", () => {
    const { advantages } = judged(multiLabel);
    for (const [i, value] of [0.25, 0.25, 0.25, -0.75].entries())
      expect(advantages[i]).toBeCloseTo(value * ahead, 14);
  });

  test("has no labels at all below the consensus floor", () => {
    const below = judged({ ...multiLabel, advantage: "grpo", consensusFloor: 4, consensusPenalty: 0.5 });
    expect(below.advantages).toEqual([-0.5, -0.5, -0.5, -0.5]);
  });

  test("counts for what its question is trusted", () => {
    // exp(-(1 - 1/2)^2 / (2 sigma^2)) = 1/2
    const questionTrustWidth = Math.sqrt(1 / (8 * Math.LN2));
    const trusted = { questionTrust: "initial-consensus", questionTrustWidth };
    const initialVote = { pseudoLabel: "8", majorityRatio: 0.5 };
    const { advantages } = judged(trusted, { initialVote });
    for (const [i, value] of [0.125, 0.125, 0.125, -0.375].entries())
      expect(advantages[i]).toBeCloseTo(value, 14);
  });

  test("is rewarded by novelty within the agreeing and the dissenting", () => {
    const { rewards, notes } = judged({ novelty: "n-grams" });
    expect(rewards).toEqual([0.75, 0.75, 0.75, -0.75]); // all responses are the same one token
    expect(notes).toEqual({ novelty: [0, 0, 0, 0] });
    expect(judged({ novelty: "n-grams", consensusFloor: 4 }).rewards).toEqual([0, 0, 0, 0]);
  });

  test("follows a teacher's votes, and is trained on its own responses alone", () => {
    const others = Array.from({ length: 4 }, () => say("\\boxed{9.0}"));
    const { vote, rewards, answers, others: voted } = judged({}, { others });
    expect([...vote.counts]).toEqual([["8", 3], ["9", 5]]); // prettier-ignore
    expect(vote.majorityRatio).toBe(5 / 8);
    expect(rewards).toEqual([0, 0, 0, 1]);
    expect(answers).toHaveLength(4);
    expect(voted?.answers).toEqual(["9", "9", "9", "9"]); // in the group's spelling
  });

  test("may leave the vote to the teacher", () => {
    const others = [say("\\boxed{7}"), say("\\boxed{9}"), say("\\boxed{9}")];
    const { vote, rewards } = judged({}, { others, voters: 0 });
    expect(vote).toMatchObject({ pseudoLabel: "9", majorityCount: 2, majorityRatio: 2 / 3 });
    expect(rewards).toEqual([0, 0, 0, 1]);
  });
});

describe("a group judged by the paper's rules", () => {
  test("rewards silence when it wins the vote", () => {
    const { vote, rewards } = judgedByPaper(["hm", "no idea", "\\boxed{3}"]);
    expect([vote.pseudoLabel, vote.majorityCount, rewards]).toEqual(["", 2, [1, 1, 0]]);
  });

  test("splits the vote between spellings, yet rewards all that say the same", () => {
    const texts = ["\\frac12", "\\frac12", "0.5", "0.5", "3", "3", "3"].map((answer) => `\\boxed{${answer}}`);
    expect(judgedByPaper(texts).rewards).toEqual([0, 0, 0, 0, 1, 1, 1]);
    expect(judgedByPaper(texts.slice(0, -1)).rewards).toEqual([1, 1, 1, 1, 0, 0]);
  });

  test("rewards every response where the last vote ends, if the estimator can tell", () => {
    const responses = [2, 3, 1].map((length) => ({ ...say("\\boxed{8}"), tokens: new Int32Array(length) }));
    const rewarded = (values: object) =>
      judge([sampledOf(responses)], values).rewards[0]!.map((tokens) => [...tokens]);
    const early = { rewardToken: "group-last", advantage: "reinforce++" };
    expect(rewarded(early)).toEqual([[1, 0], [1, 0, 0], [1]]);
    expect(rewarded({ advantage: "reinforce++" })).toEqual([[0, 1], [0, 0, 1], [1]]);
  });

  test("gives each spelling the share of its own votes", () => {
    const texts = ["\\frac12", "0.5", "0.5", "3"].map((answer) => `\\boxed{${answer}}`);
    expect(judgedByPaper(texts, { voting: "soft" }).rewards).toEqual([0.25, 0.5, 0.5, 0.25]);
  });
});
