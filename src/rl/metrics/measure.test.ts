import { describe, expect, test } from "vitest";
import { groupAdvantages } from "../advantage.ts";
import { extractAnswer } from "../answer.ts";
import { MATH, responsesOf, say } from "../fixture.ts";
import { flipRate, rememberLabels, type LabelHistory } from "../loop/labelHistory.ts";
import { measureStep } from "./measure.ts";
import { METRICS, type StepMetrics } from "./metrics.ts";
import { rewardFor } from "../reward.ts";
import type { StepOutcome } from "../contracts/step.ts";
import type { Group, Response } from "../contracts/types.ts";
import type { AnswerKey } from "./answerKey.ts";
import { majorityVote } from "../vote.ts";

function groupOf(id: string, answers: readonly (string | null)[], kept = answers.length): Group {
  const responses = responsesOf(answers);
  const extracted = responses.map(({ text }) => extractAnswer(text, MATH));
  const vote = majorityVote(extracted);
  const rewards = extracted.map((answer) => rewardFor(answer, vote.pseudoLabel, MATH));
  const advantages = groupAdvantages(rewards.slice(0, kept), "grpo");
  return {
    question: { id, prompt: id },
    responses,
    answers: extracted,
    vote,
    votes: answers.length,
    rewards,
    advantages,
  };
}

/** A step with these groups and nothing else. */
const outcomeOf = (groups: readonly Group[], changes: Partial<StepOutcome> = {}): StepOutcome => ({
  ...{ step: 1, groups, flipRate: null, learningRate: 1e-3, update: null, variants: {}, extraTokens: 0 },
  seconds: { sample: 1, judge: 1, train: 1 },
  ...changes,
});

const measure = (groups: readonly Group[], key: AnswerKey): StepMetrics =>
  measureStep(outcomeOf(groups), key, MATH);

describe("a step's metrics", () => {
  // The authors' example of a "lucky hit": the label 8 is wrong, yet three of eight responses are wrong and disagree
  // with it, so their reward 0 is right: 3/8 = 1 - share(label) - share(truth) = 1 - 5/8 - 0.
  test("call a reward right that is 0 for a wrong answer, even under a wrong label", () => {
    const metrics = measure([groupOf("q", ["8", "8", "8", "8", "8", "1", "2", "3"])], new Map([["q", "9"]]));
    expect(metrics).toMatchObject({
      labelAccuracy: 0,
      rewardAccuracy: 0.375,
      majorityRatio: 0.625,
      groundTruthRatio: 0,
      passAtN: 0,
      reward: 0.625,
    });
  });

  test("lose the truth's share too when a minority is right under a wrong label", () => {
    const metrics = measure([groupOf("q", ["8", "8", "8", "9", "1"])], new Map([["q", "9"]]));
    expect(metrics).toMatchObject({ labelAccuracy: 0, groundTruthRatio: 0.2, passAtN: 1 });
    expect(metrics.rewardAccuracy).toBeCloseTo(1 - 3 / 5 - 1 / 5, 15);
  });

  test("have every reward right under a right label", () => {
    const metrics = measure([groupOf("q", ["8", "9", "8", null])], new Map([["q", "8.0"]]));
    expect(metrics).toMatchObject({ labelAccuracy: 1, rewardAccuracy: 1, groundTruthRatio: 0.5, passAtN: 1 });
  });

  test("count silence as wrong, unrewarded and unanswered", () => {
    const metrics = measure([groupOf("q", [null, "8", null, null])], new Map([["q", "8"]]));
    expect(metrics).toMatchObject({
      unansweredShare: 0.75,
      majorityRatio: 0.25,
      reward: 0.25,
      rewardAccuracy: 1,
    });
  });

  test("leave out what could not be graded, and count it apart", () => {
    // Of the three answers that were graded two are right, and each reward is what the truth would give.
    const some = measure([groupOf("q", ["9^9^9^9", "8", "8", "5"])], new Map([["q", "8"]]));
    expect(some).toMatchObject({ labelAccuracy: 1, rewardAccuracy: 1, passAtN: 1, ungradedShare: 0.25 });
    expect(some.groundTruthRatio).toBeCloseTo(2 / 3, 15);
    // Nothing right is known, and something that may be: neither passed nor failed.
    const none = measure([groupOf("q", ["9^9^9^9", "9^9^9^9", "5"], 1)], new Map([["q", "8"]]));
    expect(none).toMatchObject({
      labelAccuracy: null,
      passAtN: null,
      groundTruthRatio: 0,
      postRewardAccuracy: null,
    });
    const both = measure(
      [groupOf("q", ["9^9^9^9"]), groupOf("r", ["8"])],
      new Map([
        ["q", "8"],
        ["r", "8"],
      ]),
    );
    expect(both).toMatchObject({
      labelAccuracy: 1,
      rewardAccuracy: 1,
      groundTruthRatio: 1,
      ungradedShare: 0.5,
    });
  });

  test("tell the lengths of what is trained on, and of prompts where the policy knows them", () => {
    const said = (length: number, promptTokens?: number): Response => ({
      ...say("\\boxed{8}"),
      tokens: new Int32Array(length),
      finished: length < 4,
      ...(promptTokens !== undefined && { promptTokens }),
    });
    const group = groupOf("q", ["8", "8", "8"], 2);
    const kept = measure([{ ...group, responses: [said(2, 10), said(4, 12), said(9, 14)] }], new Map());
    expect(kept).toMatchObject({ postResponseLength: 3, postResponseLengthMin: 2, postResponseLengthMax: 4 });
    expect(kept).toMatchObject({ postTruncatedShare: 0.5, batchTokens: 28, responseLength: 5 });
    expect(kept).toMatchObject({ promptLength: 11, promptLengthMin: 10, promptLengthMax: 12 });
    const blind = measure([{ ...group, responses: [said(2), said(4), said(9)] }], new Map());
    expect(blind).toMatchObject({ promptLength: null, batchTokens: null, postResponseLength: 3 });
  });

  test("count no answer as such under the paper's rules, where it is one like any other", () => {
    const group = { ...groupOf("q", ["8", null]), answers: ["8", ""], rewards: [1, 0] };
    expect(measure([group], new Map()).unansweredShare).toBe(0.5);
  });

  test("of a group in which nobody answered are zero, not undefined", () => {
    const metrics = measure([groupOf("q", [null, null])], new Map([["q", "8"]]));
    // Both rewards are 0 and both responses are wrong: the rewards are right.
    expect(metrics).toMatchObject({
      labelAccuracy: 0,
      rewardAccuracy: 1,
      majorityRatio: 0,
      unanimousShare: 1,
    });
  });

  // The lucky hit: a wrong label makes wrong the rewards of those who agree with it and of those who are right, no other.
  test.each([
    ["8 8 8 9 1 -", 3, 1],
    ["1 1 9 1 9 3", 3, 2],
    ["8 8 8 8 8 8", 6, 0],
    ["8 8 9 - - -", 2, 1],
  ])("reward accuracy under a wrong label is 1 - share(label) - share(truth): %s", (votes, label, truth) => {
    const answers = votes.split(" ").map((answer) => (answer === "-" ? null : answer));
    const metrics = measure([groupOf("q", answers)], new Map([["q", "9"]]));
    expect(metrics.labelAccuracy).toBe(0);
    expect(metrics.rewardAccuracy).toBeCloseTo(1 - label / 6 - truth / 6, 15);
  });

  test("judge the kept responses, the first ones, by the rewards that all votes gave them", () => {
    // Label 8 (3 of 6) is wrong, truth 9. Kept: 8 8 9 1, rewards 1 1 0 0, of which only the last is right.
    const group = groupOf("q", ["8", "8", "9", "1", "8", null], 4);
    const metrics = measure([group], new Map([["q", "9"]]));
    expect(metrics).toMatchObject({ postRewardAccuracy: 0.25, postGroundTruthRatio: 0.25 });
    expect(metrics).toMatchObject({ postPassAtN: 1, postReward: 0.5, unanimousShare: 0 });
    expect(metrics.rewardAccuracy).toBeCloseTo(1 - 3 / 6 - 1 / 6, 15);
  });

  test("miss a right answer that only voted in the kept ones", () => {
    const metrics = measure([groupOf("q", ["8", "8", "8", "9"], 3)], new Map([["q", "9"]]));
    expect(metrics).toMatchObject({ passAtN: 1, postPassAtN: 0, postReward: 1, unanimousShare: 1 });
  });

  test("take rewards as they were given, wherever they came from", () => {
    const group = { ...groupOf("q", ["8", "8", "9", "1"]), rewards: [0, 1, 1, 0] };
    const metrics = measure([group], new Map([["q", "9"]]));
    expect(metrics).toMatchObject({ rewardAccuracy: 0.75, reward: 0.5 }); // the second 8 alone is misjudged
  });

  test("judge soft rewards by their distance from the true ones", () => {
    const group = { ...groupOf("q", ["9", "8"]), rewards: [0.75, -1.5] };
    // 9 is right and earned 0.75; 8 is wrong and earned 1.5 too little, which counts as 1.
    expect(measure([group], new Map([["q", "9"]])).rewardAccuracy).toBe((0.75 + 0) / 2);
  });

  test("have the entropy of the votes given, silence aside", () => {
    const entropyOf = (answers: readonly (string | null)[]): number =>
      measure([groupOf("q", answers)], new Map()).voteEntropy!;
    expect(entropyOf(["8", "8", "8"])).toBe(0);
    expect(entropyOf(["1", "2", "3", "4"])).toBeCloseTo(Math.log(4), 15);
    expect(entropyOf(["8", "8", "9", null])).toBeCloseTo(
      (2 / 3) * Math.log(3 / 2) + (1 / 3) * Math.log(3),
      15,
    );
    expect(entropyOf([null, null])).toBe(0);
  });

  test("judge rewards on another scale by the 0 or 1 that they stand for", () => {
    const group = groupOf("q", ["1", "1", "2", "3"]);
    const novel = { ...group, rewards: [0.5, 1, -1, -0.5], binaryRewards: [1, 1, 0, 0] };
    expect(measure([novel], new Map([["q", "1"]])).rewardAccuracy).toBe(1);
    expect(measure([novel], new Map([["q", "3"]])).rewardAccuracy).toBe(1 / 4);
  });

  test("count the labels that changed since the question was last asked", () => {
    const labels: LabelHistory = rememberLabels(
      [],
      [groupOf("a", ["1", "1"]), groupOf("b", ["2"]), groupOf("c", [null])],
    );
    const rate = (groups: readonly Group[]): number | null => flipRate(labels, groups, MATH);
    expect(rate([groupOf("a", ["1"]), groupOf("b", ["3"])])).toBe(0.5);
    expect(rate([groupOf("c", [null]), groupOf("a", [null])])).toBe(0.5); // from an answer to none is a change
    expect(rate([groupOf("b", ["3"]), groupOf("new", ["3"])])).toBe(1); // a new question does not count
    expect(rate([groupOf("new", ["3"])])).toBeNull();
  });

  test("are null, not zero, where they need a truth that is not there", () => {
    const metrics = measure([groupOf("q", ["8", "8", "9"])], new Map());
    const needTruth = [
      "labelAccuracy",
      "rewardAccuracy",
      "groundTruthRatio",
      "passAtN",
      "postRewardAccuracy",
      "postGroundTruthRatio",
      "postPassAtN",
    ] as const;
    for (const name of needTruth) {
      expect(metrics[name]).toBeNull();
      expect(METRICS[name].needsTruth).toBe(true);
    }
    expect(metrics.majorityRatio).toBeCloseTo(2 / 3, 15);
  });

  test("average over the questions whose truth is known", () => {
    const groups = [groupOf("a", ["1", "1"]), groupOf("b", ["2", "2"]), groupOf("c", ["3", "4"])];
    const metrics = measure(groups, new Map([["a", "1"], ["c", "4"]])); // prettier-ignore
    expect(metrics).toMatchObject({ labelAccuracy: 0.5, passAtN: 1, groundTruthRatio: 0.75 });
    expect(metrics.majorityRatio).toBeCloseTo((1 + 1 + 0.5) / 3, 15);
  });

  test("call a group without signal what its kept responses say, not its votes", () => {
    const kept = groupOf("a", ["8", "8", "9"], 2); // the dissenting vote is not kept
    expect(measure([kept, groupOf("b", ["8", "9"])], new Map()).unanimousShare).toBe(0.5);
  });

  test("weigh entropy by tokens and count lengths and cut responses", () => {
    const long = { ...say("\\boxed{1}"), tokens: new Int32Array(3), entropy: 0.4, finished: false };
    const short = { ...say("\\boxed{1}"), tokens: new Int32Array(1), entropy: 0.8 };
    const metrics = measure([{ ...groupOf("q", ["1", "1"]), responses: [long, short] }], new Map());
    expect(metrics).toMatchObject({ responseLength: 2, sampledTokens: 4, truncatedShare: 0.5 });
    expect(metrics).toMatchObject({ responseLengthMin: 1, responseLengthMax: 3 });
    expect(metrics.entropy).toBeCloseTo((3 * 0.4 + 0.8) / 4, 15);
    const kept = measure([{ ...groupOf("q", ["1", "1"], 1), responses: [long, short] }], new Map());
    expect(kept.postEntropy).toBeCloseTo(0.4, 15);
    const pushed = { ...groupOf("q", ["1", "2"]), responses: [long, short], advantages: [0.5, -0.5] };
    expect(measure([pushed], new Map())).toMatchObject({
      advantageMean: (3 * 0.5 - 0.5) / 4,
      advantageMin: -0.5,
      advantageMax: 0.5,
      postRewardMin: 0,
      postRewardMax: 1,
    });
  });

  test("hand on what the update did, and null when there was none", () => {
    const shown = { loss: -1, gradientNorm: 2, clipFraction: 0.1, kl: 0.3, oldKl: 0.01, logprobGap: 1e-6 };
    const update = { ...shown, clipFractionLow: 0, entropy: 1, tokens: 12 };
    const groups = [groupOf("q", ["1", "2"])];
    expect(
      measureStep(outcomeOf(groups, { step: 4, learningRate: 0.5, update }), new Map(), MATH),
    ).toMatchObject({
      ...shown,
      step: 4,
      learningRate: 0.5,
      trainedTokens: 12,
    });
    expect(measure(groups, new Map())).toMatchObject({
      kl: null,
      gradientNorm: null,
      loss: null,
      trainedTokens: 0,
    });
  });
});
