import { describe, expect, test } from "vitest";
import { groupAdvantages } from "./advantage.ts";
import { extractAnswer } from "./answer.ts";
import { say } from "./fixture.ts";
import { measureEvaluation, measureStep } from "./measure.ts";
import { byLevel, METRICS, type StepMetrics } from "./metrics.ts";
import { rewardFor } from "./reward.ts";
import type { AnswerKey, Group, Response } from "./types.ts";
import { majorityVote } from "./vote.ts";

/** The responses of a group, by answer; null is a response without one. */
const responsesOf = (answers: readonly (string | null)[]): Response[] =>
  answers.map((answer) => say(answer === null ? "I give up" : `\\boxed{${answer}}`));

function groupOf(id: string, answers: readonly (string | null)[], kept = answers.length): Group {
  const responses = responsesOf(answers);
  const extracted = responses.map(({ text }) => extractAnswer(text, "math"));
  const vote = majorityVote(extracted);
  const rewards = extracted.map((answer) => rewardFor(answer, vote.pseudoLabel));
  const advantages = groupAdvantages(rewards.slice(0, kept), "grpo");
  return { question: { id, prompt: id }, responses, answers: extracted, vote, rewards, advantages };
}

const measure = (groups: readonly Group[], key: AnswerKey): StepMetrics =>
  measureStep(1, groups, null, 1e-3, key, "math");

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

  test("are null, not zero, where they need a truth that is not there", () => {
    const metrics = measure([groupOf("q", ["8", "8", "9"])], new Map());
    for (const name of ["labelAccuracy", "rewardAccuracy", "groundTruthRatio", "passAtN"] as const) {
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
    expect(metrics.entropy).toBeCloseTo((3 * 0.4 + 0.8) / 4, 15);
  });

  test("hand on what the update did, and null when there was none", () => {
    const shown = { loss: -1, gradientNorm: 2, clipFraction: 0.1, kl: 0.3, logprobGap: 1e-6 };
    const update = { ...shown, clipFractionLow: 0, entropy: 1, tokens: 12 };
    const groups = [groupOf("q", ["1", "2"])];
    expect(measureStep(4, groups, update, 0.5, new Map(), "math")).toMatchObject({
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

describe("an evaluation", () => {
  const questions = [
    { id: "a", prompt: "a", level: "L2" },
    { id: "b", prompt: "b", level: "L1" },
    { id: "c", prompt: "c", level: "L2" },
    { id: "d", prompt: "d" },
  ];
  const responses = [
    ["1", "1", "2", null],
    ["5", "6", "6", "6"],
    ["3", "3", "3", "3"],
    ["4", "4", "0", "0"],
  ];
  const key = new Map([["a", "1"], ["b", "5"], ["c", "3"]]); // prettier-ignore
  const at = { step: 10, temperature: 0.6, topP: 0.95 };
  const evaluation = measureEvaluation(at, questions, responses.map(responsesOf), key, "math");

  test("gives pass@1, Maj@N and pass@N over the questions whose truth is known", () => {
    expect(evaluation).toMatchObject({ ...at, samples: 4, unansweredShare: 1 / 16, sampledTokens: 16 });
    expect(evaluation.passAt1).toBeCloseTo((2 / 4 + 1 / 4 + 1) / 3, 15);
    expect(evaluation.majAtN).toBeCloseTo(2 / 3, 15); // a and c
    expect(evaluation.passAtN).toBe(1);
    expect(evaluation.majorityRatio).toBe((0.5 + 0.75 + 1 + 0.5) / 4);
  });

  test("scores each question", () => {
    expect(evaluation.questions).toEqual([
      { id: "a", level: "L2", passAt1: 0.5, majority: 1, majorityRatio: 0.5 },
      { id: "b", level: "L1", passAt1: 0.25, majority: 0, majorityRatio: 0.75 },
      { id: "c", level: "L2", passAt1: 1, majority: 1, majorityRatio: 1 },
      { id: "d", level: null, passAt1: null, majority: null, majorityRatio: 0.5 },
    ]);
  });

  test("is broken down by level, in the order of appearance, questions without level or truth aside", () => {
    expect(byLevel(evaluation)).toEqual([
      { level: "L2", questions: 2, passAt1: 0.75, majAtN: 1 },
      { level: "L1", questions: 1, passAt1: 0.25, majAtN: 0 },
    ]);
  });

  test("knows nothing of pass@1 without a key", () => {
    const blind = measureEvaluation(at, questions, responses.map(responsesOf), new Map(), "math");
    expect(blind).toMatchObject({ passAt1: null, majAtN: null, passAtN: null, rewardAccuracy: null });
    expect(byLevel(blind)).toEqual([]);
  });
});
