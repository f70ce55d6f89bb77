import { describe, expect, test } from "vitest";
import type { StepOutcome } from "../contracts/step.ts";
import type { Group } from "../contracts/types.ts";
import { MATH, say } from "../fixture.ts";
import { measureStep } from "../metrics/measure.ts";
import { configFrom, methodOf } from "../ttrlConfig.ts";
import { majorityVote } from "../vote.ts";
import { meanNote } from "../loop/stepOutcome.ts";

function groupOf(answers: readonly string[], changes: Partial<Group> = {}): Group {
  const responses = answers.map((answer) => say(answer));
  const none = answers.map(() => 0);
  const vote = majorityVote(answers);
  const votes = answers.length;
  return { question: { id: "q", prompt: "q" }, responses, answers, vote, votes, rewards: none, advantages: none, ...changes }; // prettier-ignore
}

/** What the variants of a configuration measure of these groups. */
const measured = (groups: readonly Group[], values: Record<string, unknown>) =>
  Object.assign({}, ...methodOf(configFrom(values)).measure.map((measure) => measure(groups))) as object;

describe("the metrics of variants", () => {
  test("are not measured where they are off", () => {
    expect(measured([groupOf(["8"])], {})).toEqual({});
  });

  // 2 + 4 of 16 votes.
  test("tell which share of the votes was saved", () => {
    const groups = [groupOf(["8", "8"]), groupOf(["8", "9", "8", "8"])];
    const values = { votesPerQuestion: 8, rolloutsPerQuestion: 8, voteBatch: 2 };
    expect(measured(groups, values)).toEqual({ savedVotes: 1 - 6 / 16 });
  });

  test("tell how often the teacher's majority is the policy's, and its responses count as sampled", () => {
    const voted = (...answers: string[]) => ({
      others: { responses: answers.map((answer) => say(answer)), answers },
    });
    const groups = [groupOf(["8", "8", "9"], voted("8", "7", "8")), groupOf(["8", "9", "9"], voted("8"))];
    expect(measured(groups, { teacherShare: 0.5 })).toEqual({ teacherAgreement: 1 / 2 });
    const outcome: StepOutcome = {
      ...{ step: 1, groups, flipRate: null, learningRate: 1, update: null, variants: {}, extraTokens: 2 },
      seconds: { sample: 1, judge: 1, train: 1 },
    };
    expect(measureStep(outcome, new Map(), MATH).sampledTokens).toBe(6 + 4 + 2);
  });

  test("average what is noted of responses over those that have a value", () => {
    const noted = (novelty: readonly (number | null)[]) => ({ notes: { novelty } });
    const groups = [groupOf(["8", "8"], noted([0.25, null])), groupOf(["8"], noted([0.75]))];
    expect(meanNote(groups, "novelty")).toBe(1 / 2);
    expect(meanNote([groupOf(["8"])], "novelty")).toBeNull();
  });
});
