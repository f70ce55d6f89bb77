import { expect, test } from "vitest";
import { createRandom } from "../../math/random.ts";
import { groupAdvantages } from "../advantage.ts";
import { MATH } from "../fixture.ts";
import { LeakedLabels, rewardRule } from "../variants/labels.ts";
import { rewardFor } from "../reward.ts";
import type { AnswerKey, Question } from "./types.ts";
import { majorityVote } from "../vote.ts";

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
  const ballot = { vote: majorityVote(["2"]), answers: ["2"], responses: [{ entropy: 0 }] };
  const ballotOptions = {
    rareAnswerFloor: 0,
    rareAnswerBonus: 0,
    unsurePenalty: 0,
    trustCentre: 1,
    labelTrustWidth: 0.5,
  };
  const votes = { source: "majority", voting: "hard", ballotOptions } as const;
  const sources = { ...votes, rules: MATH, initialLabel: null, random: createRandom(0) };
  rewardRule(question, ballot, { ...sources, leaked: new LeakedLabels(key, MATH) });
  // @ts-expect-error -- truth to learn from has a type of its own
  expect(() => rewardRule(question, ballot, { ...sources, leaked: key })).not.toThrow();
});
