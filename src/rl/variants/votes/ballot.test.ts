import { describe, expect, test } from "vitest";
import type { Answer } from "../../contracts/types.ts";
import { majorityRule } from "../../reward.ts";
import { MATH, sampledOf, say } from "../../fixture.ts";
import { createRandom } from "../../../math/random.ts";
import { majorityVote, vote, voteEntropy } from "../../vote.ts";
import type { Ballot } from "./ballot.ts";
import { entropyWeightedRewards } from "./entropyWeightedVotes.ts";
import { labelWeights } from "./multiLabel.ts";
import { selectiveRewards } from "./selectiveVotes.ts";
import { softRewards } from "./softVotes.ts";

function ballot(answers: readonly Answer[], entropies: readonly number[]): Ballot {
  const responses = entropies.map((entropy) => ({ entropy }));
  return { vote: majorityVote(answers), ballot: { answers, responses } };
}

/** Twelve digits: the epsilon of 1e-6 on entropies of 0.5 and more changes the sixth. */
function expectClose(actual: ReadonlyMap<string, number>, expected: Readonly<Record<string, number>>) {
  expect([...actual.keys()]).toEqual(Object.keys(expected));
  for (const [answer, reward] of actual) expect(reward).toBeCloseTo(expected[answer]!, 5);
}

const PLAIN = { rareAnswerFloor: 0, rareAnswerBonus: 0 };

describe("rewards of a ballot", () => {
  const four = ballot(["8", "8", "9", null], [0.5, 0.5, 1, 2]);

  test("hard: 1 for the winner alone", () => {
    const rule = (texts: readonly string[]) => {
      const voted = vote(sampledOf(texts.map((text) => say(text))), MATH, () => false);
      return majorityRule(voted, { rules: MATH, truth: null, random: createRandom(0) });
    };
    const rewarded = ["8", "9", null].map(rule(["\\boxed{8}", "\\boxed{8}", "\\boxed{9}", "hm"]));
    expect(rewarded).toEqual([1, 0, 0]);
    expect(["8", null].map(rule(["hm"]))).toEqual([0, 0]);
  });

  test("soft: an answer's share of all responses", () => {
    expect([...softRewards(four)]).toEqual([
      ["8", 2 / 4],
      ["9", 1 / 4],
    ]);
  });

  // Weights 2 / 0.5 = 4 and 1 / 1 = 1: shares 0.8 and 0.2.
  test("entropy-weighted: sure votes count for more", () => {
    expectClose(entropyWeightedRewards(four, PLAIN), { 8: 0.8, 9: 0.2 });
  });

  test("entropy-weighted: shares below the floor are dropped and the rest normalised", () => {
    expectClose(entropyWeightedRewards(four, { ...PLAIN, rareAnswerFloor: 0.25 }), { 8: 1, 9: 0 });
  });

  // 8: 0.8 + 0.4 * (1 - 2/4) * (1 - 0.5) = 0.9; 9: 0.2 + 0.4 * (1 - 1/4) * (1 - 1) = 0.2.
  test("entropy-weighted: a bonus for what is rare and sure", () => {
    expectClose(entropyWeightedRewards(four, { ...PLAIN, rareAnswerBonus: 0.4 }), {
      8: 0.9,
      9: 0.2,
    });
  });

  // Sixteen: 8 eight times, 7 six times, and 1 and 2 once each: shares 1/2, 3/8, 1/16, 1/16. The lead is 1/8, not more.
  const answers = [...Array<string>(8).fill("8"), ...Array<string>(6).fill("7"), "1", "2"];
  const entropies = [...Array<number>(14).fill(1), 1.5, 0.5]; // mean 1: "1" is unsure, "2" is sure

  test("selective: no winner without a clear lead, and few unsure votes are penalised", () => {
    expect([...selectiveRewards(ballot(answers, entropies), { unsurePenalty: 0 }).values()]).toEqual([
      0,
      0,
      1 / 16 - 1 / 8,
      0,
    ]);
  });

  test("selective: a winner with a clear lead earns its share, each less its doubt", () => {
    const clear = answers.map((answer, i) => (i === 8 ? "8" : answer)); // nine against five
    const rewards = selectiveRewards(ballot(clear, entropies), { unsurePenalty: 0.1 });
    expect([...rewards.values()]).toEqual([9 / 16, 0, 1 / 16 - 1 / 8 - 0.1 * 0.5, 0]);
  });

  // Shares 1/2 and 1/4 are one and one and a half widths from the centre: exp(-1/2) and exp(-9/8).
  test("multi-label: every answer by the trust in its share, together 1", () => {
    const trusts = [Math.exp(-1 / 2), Math.exp(-9 / 8)] as const;
    const total = trusts[0] + trusts[1];
    expectClose(labelWeights(four.vote, four.ballot.answers.length, { centre: 1, width: 0.5 }), {
      8: trusts[0] / total,
      9: trusts[1] / total,
    });
  });

  test("selective: a lead is not enough when fewer than three in eight agree", () => {
    const scattered = ballot(["8", "8", "1", "2", "3", "4", "5", "6"], Array<number>(8).fill(1));
    expect(selectiveRewards(scattered, { unsurePenalty: 0 }).get("8")).toBe(0);
  });
});

test("the entropy of a ballot is that of the answers given", () => {
  expect(voteEntropy(majorityVote(["8", "9", null, null]))).toBeCloseTo(Math.log(2), 15);
  expect(voteEntropy(majorityVote(["8", "8"]))).toBe(0);
  expect(voteEntropy(majorityVote([null]))).toBe(0);
});
