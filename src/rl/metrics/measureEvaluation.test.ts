import { describe, expect, test } from "vitest";
import { MATH, responsesOf } from "../fixture.ts";
import { examine, measureEvaluation } from "./measure.ts";
import type { EvaluationSamples } from "../evaluate.ts";
import type { AnswerRules } from "../contracts/types.ts";
import type { AnswerKey } from "./answerKey.ts";

const measured = (samples: EvaluationSamples, key: AnswerKey, rules: AnswerRules) =>
  measureEvaluation(samples, examine(samples, rules), key, rules);
import { byLevel } from "./metrics.ts";

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
  const evaluation = measured({ ...at, questions, responses: responses.map(responsesOf) }, key, MATH);

  test("gives pass@1, Maj@N and pass@N over the questions whose truth is known", () => {
    expect(evaluation).toMatchObject({ ...at, samples: 4, unansweredShare: 1 / 16, sampledTokens: 16 });
    expect(evaluation.passAt1).toBeCloseTo((2 / 4 + 1 / 4 + 1) / 3, 15);
    expect(evaluation.majAtN).toBeCloseTo(2 / 3, 15); // a and c
    expect(evaluation.passAtN).toBe(1);
    expect(evaluation.majorityRatio).toBe((0.5 + 0.75 + 1 + 0.5) / 4);
  });

  test("gives the authors' further figures under a vote of its own", () => {
    // Shares right: 1/2, 1/4, 1; sqrt(p (1 - p)) = 0.5, sqrt(3) / 4, 0.
    expect(evaluation.stdAtN).toBeCloseTo((0.5 + Math.sqrt(3) / 4) / 3, 15);
    // a: label right; b: label 6 of share 3/4 is wrong, truth of share 1/4; c: right.
    expect(evaluation.rewardAccuracy).toBeCloseTo((1 + 0 + 1) / 3, 15);
    expect(evaluation.reward).toBe(evaluation.majorityRatio);
    expect(evaluation).toMatchObject({ responseLengthMin: 1, responseLengthMax: 1 });
  });

  test("estimates what k responses are worth over the questions whose truth is known", () => {
    const [two, four] = evaluation.atK;
    expect([two?.k, four?.k, evaluation.atK.length]).toEqual([2, 4, 2]);
    // Pairs without a right one: a 1 of 6, b 3 of 6, c none.
    expect(two?.pass).toBeCloseTo((5 / 6 + 3 / 6 + 1) / 3, 15);
    expect(four?.pass).toBe(evaluation.passAtN);
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

  test("leaves what could not be graded out of the means, and its question out of the draws", () => {
    const answers = [["9^9^9^9", "1", "2", null], ...responses.slice(1)]; // of a: 1 right of 3 graded
    const some = measured({ ...at, questions, responses: answers.map(responsesOf) }, key, MATH);
    expect(some.passAt1).toBeCloseTo((1 / 3 + 1 / 4 + 1) / 3, 15);
    expect(some.ungradedShare).toBeCloseTo(1 / 12, 15);
    expect(some.questions[0]).toMatchObject({ passAt1: 1 / 3, majority: null }); // its label is the first of three
    expect(some.majAtN).toBe(0.5); // of b and c
    expect(some.atK[0]?.pass).toBeCloseTo((3 / 6 + 1) / 2, 15); // of b and c
    expect(byLevel(some)).toEqual([
      { level: "L1", questions: 1, passAt1: 0.25, majAtN: 0 },
      { level: "L2", questions: 1, passAt1: 1, majAtN: 1 },
    ]);
  });

  test("knows nothing of pass@1 without a key", () => {
    const blind = measured({ ...at, questions, responses: responses.map(responsesOf) }, new Map(), MATH);
    expect(blind).toMatchObject({ passAt1: null, majAtN: null, passAtN: null, rewardAccuracy: null });
    expect(blind).toMatchObject({ stdAtN: null, atK: [] });
    expect(byLevel(blind)).toEqual([]);
  });
});
