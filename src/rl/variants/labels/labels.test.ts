import { describe, expect, test } from "vitest";
import { createRandom } from "../../../math/random.ts";
import type { Answer } from "../../contracts/types.ts";
import { MATH, sampledOf, say } from "../../fixture.ts";
import { grantTruth } from "../../metrics/answerKey.ts";
import { reward } from "../../reward.ts";
import { configFrom, methodOf, type TtrlConfig } from "../../ttrlConfig.ts";
import { vote } from "../../vote.ts";

const QUESTION = { id: "q", prompt: "3*3?" };
/** Four say 8, two say 9, one says 7, one nothing; 9 is right. */
const ANSWERS: readonly Answer[] = ["8", "9", "8", null, "7", "8", "9", "8"];

type LabelSource = TtrlConfig["labelSource"];

/** Rewards of responses with these answers; the initial model voted for 7. */
function rewards(labelSource: LabelSource, truth = "9", answers = ANSWERS, seed = 1): number[] {
  const method = methodOf(configFrom({ labelSource }));
  const responses = answers.map((answer) => say(answer === null ? "hm" : `\\boxed{${answer}}`));
  const initialVote = { pseudoLabel: "7", majorityRatio: 1 };
  const voted = vote(sampledOf(responses, { question: QUESTION, initialVote }), MATH, method.abstains);
  const study = { questions: [QUESTION], answerKey: new Map([["q", truth]]), task: "math" } as const;
  const sources = { rules: MATH, truth: grantTruth(method, study), random: createRandom(seed) };
  return [...reward(voted, method, sources).rewards];
}

describe("a reward by labels", () => {
  test.each<[LabelSource, number[]]>([
    ["majority", [1, 0, 1, 0, 0, 1, 0, 1]],
    ["truth", [0, 1, 0, 0, 0, 0, 1, 0]],
    ["initial-majority", [0, 0, 0, 0, 1, 0, 0, 0]],
    ["wrong-majority", [1, 0, 1, 0, 0, 1, 0, 1]],
    ["format", [1, 1, 1, 0, 1, 1, 1, 1]],
  ])("%s", (source, expected) => {
    expect(rewards(source)).toEqual(expected);
  });

  test("wrong-majority passes over a right majority, and rewards nobody when all are right", () => {
    expect(rewards("wrong-majority", "8")).toEqual([0, 1, 0, 0, 0, 0, 1, 0]);
    expect(rewards("wrong-majority", "8", ["8", "8"])).toEqual([0, 0]);
  });

  test("truth knows a right answer however it is written", () => {
    expect(rewards("truth", "9.0")).toEqual([0, 1, 0, 0, 0, 0, 1, 0]);
  });

  test("wrong-majority takes no answer for wrong that could not be graded", () => {
    expect(rewards("wrong-majority", "9", ["9^9^9^9", "9^9^9^9", "8"])).toEqual([0, 0, 1]);
  });

  test("initial-majority knows its label however it is written", () => {
    expect(rewards("initial-majority", "9", ["7.0", "\\frac{14}{2}", "8"])).toEqual([1, 1, 0]);
  });

  test("random rewards one of the answers, each as often whatever its votes", () => {
    const drawn = new Map<string, number>();
    for (let seed = 0; seed < 600; seed++) {
      const given = rewards("random", "9", ANSWERS, seed);
      const label = ANSWERS[given.indexOf(1)] ?? "none";
      expect(given).toEqual(ANSWERS.map((answer) => Number(answer === label)));
      drawn.set(label, (drawn.get(label) ?? 0) + 1);
    }
    // 600 draws of one in three: 200 with deviation 11.5; five deviations never happen to a fixed set of seeds.
    for (const label of ["7", "8", "9"]) expect(Math.abs((drawn.get(label) ?? 0) - 200)).toBeLessThan(58);
    expect(rewards("random", "9", [null, null])).toEqual([0, 0]);
  });

  test("random-reward tosses a coin for each response, silence included", () => {
    const given = rewards("random-reward", "9", Array<Answer>(1000).fill(null));
    const heads = given.reduce((total, reward) => total + reward, 0);
    expect(Math.abs(heads - 500)).toBeLessThan(80); // five deviations of 15.8
  });
});

describe("the truth", () => {
  const study = { questions: [QUESTION, { id: "r", prompt: "?" }], answerKey: new Map([["q", "9"]]), task: "math" } as const; // prettier-ignore
  const granted = (labelSource: LabelSource, of: Parameters<typeof grantTruth>[1]) =>
    grantTruth(methodOf(configFrom({ labelSource })), of);

  test("is granted to the labels that are made of it and to no others", () => {
    expect(granted("majority", study)).toBeNull();
    expect(granted("format", study)).toBeNull();
    expect(granted("truth", { ...study, questions: [QUESTION] })).not.toBeNull();
  });

  test("must be there for every question that learns from it", () => {
    expect(() => granted("truth", study)).toThrow(
      'label source "truth" needs the true answer of every question, and 1 of 2 have none',
    );
  });

  test("is missed at once by a rule that was given none", () => {
    const method = methodOf(configFrom({ labelSource: "truth" }));
    const voted = vote(sampledOf([say("\\boxed{9}")]), MATH, method.abstains);
    const sources = { rules: MATH, truth: null, random: createRandom(0) };
    expect(() => reward(voted, method, sources)).toThrow("without true labels");
  });
});
