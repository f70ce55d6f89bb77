import { expect, test } from "vitest";
import { createRandom } from "../../math/random.ts";
import { groupAdvantages } from "../advantage.ts";
import { MATH, sampledOf, say, ThreeNumberPolicy } from "../fixture.ts";
import { initialLoopState } from "../loop/loopState.ts";
import { grantTruth, type AnswerKey } from "../metrics/answerKey.ts";
import { reward, rewardFor } from "../reward.ts";
import { configFrom, methodOf } from "../ttrlConfig.ts";
import { ttrl } from "../ttrl.ts";
import { majorityVote, vote } from "../vote.ts";
import type { Question } from "./types.ts";

test("the truth is out of reach of vote, reward and advantage by type", () => {
  const question: Question = { id: "q1", prompt: "1+1?" };
  const key: AnswerKey = new Map([["q1", "2"]]);
  // @ts-expect-error -- a question has no answer
  expect(question.answer).toBeUndefined();
  // @ts-expect-error -- the vote takes answers and nothing else
  majorityVote(["2"], key);
  // @ts-expect-error -- a key is no list of answers
  expect(() => majorityVote(key)).not.toThrow();
  // @ts-expect-error -- nor a pseudo-label
  expect(() => rewardFor("2", key, MATH)).toThrow();
  // @ts-expect-error -- advantages come from rewards alone
  groupAdvantages([1], key);
  const voted = vote(sampledOf([say("2")]), MATH, () => false);
  const method = methodOf(configFrom({ labelSource: "truth" }));
  const sources = { rules: MATH, random: createRandom(0) };
  const truth = grantTruth(method, { questions: [question], answerKey: key, task: "math" });
  reward({ ...voted, question }, method, { ...sources, truth });
  // @ts-expect-error -- truth to learn from has a type of its own
  expect(() => reward({ ...voted, question }, method, { ...sources, truth: key })).toThrow();
  const models = new ThreeNumberPolicy({ q1: [0, 0, 0] });
  const loop = { models, set: { questions: [question], task: "math" }, method } as const;
  // @ts-expect-error -- the loop takes no key as truth
  expect(ttrl({ ...loop, truth: key }, initialLoopState({ seed: 0 }))).toBeDefined();
});
