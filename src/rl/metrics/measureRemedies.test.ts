import { describe, expect, test } from "vitest";
import { say } from "../fixture.ts";
import { measureRemedies, teacherTokens } from "./measureRemedies.ts";
import type { Group } from "../contracts/types.ts";
import { majorityVote } from "../vote.ts";

const OFF = { votesPerQuestion: 8, voteBatch: 0 };

function groupOf(answers: readonly string[], changes: Partial<Group> = {}): Group {
  const responses = answers.map((answer) => say(answer));
  const none = answers.map(() => 0);
  const vote = majorityVote(answers);
  return { question: { id: "q", prompt: "q" }, responses, answers, vote, rewards: none, advantages: none, ...changes }; // prettier-ignore
}

describe("the metrics of remedies", () => {
  test("are null where they are off", () => {
    expect(measureRemedies([groupOf(["8"])], OFF)).toEqual({ savedVotes: null, teacherAgreement: null, novelty: null }); // prettier-ignore
  });

  // 2 + 4 of 16 votes.
  test("tell which share of the votes was saved", () => {
    const groups = [groupOf(["8", "8"]), groupOf(["8", "9", "8", "8"])];
    expect(measureRemedies(groups, { ...OFF, voteBatch: 2 }).savedVotes).toBe(1 - 6 / 16);
  });

  test("tell how often the teacher's majority is the policy's, and what its responses cost", () => {
    const teacher = (...answers: string[]) => ({
      teacher: { responses: answers.map((answer) => say(answer)), answers },
    });
    const groups = [groupOf(["8", "8", "9"], teacher("8", "7", "8")), groupOf(["8", "9", "9"], teacher("8"))];
    expect(measureRemedies(groups, OFF).teacherAgreement).toBe(1 / 2);
    expect(teacherTokens(groups)).toBe(4);
    expect(teacherTokens([groupOf(["8"])])).toBe(0);
  });

  test("average novelty over the responses that have one", () => {
    const groups = [groupOf(["8", "8"], { novelty: [0.25, null] }), groupOf(["8"], { novelty: [0.75] })];
    expect(measureRemedies(groups, OFF).novelty).toBe(1 / 2);
  });
});
