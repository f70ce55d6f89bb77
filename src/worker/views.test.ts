import { describe, expect, test } from "vitest";
import { MATH, say } from "../rl/fixture.ts";
import { rewardFor } from "../rl/reward.ts";
import type { Group } from "../rl/contracts/types.ts";
import { majorityVote } from "../rl/vote.ts";
import { viewGroup } from "./views.ts";

/** Five responses, of which the first three are trained on. */
function group(answers: readonly (string | null)[]): Group {
  const vote = majorityVote(answers);
  const rewards = answers.map((answer) => rewardFor(answer, vote.pseudoLabel, MATH));
  return {
    question: { id: "q", prompt: "1+1?", level: "L1" },
    responses: answers.map((answer) => ({ ...say(`text ${answer}`), entropy: 0.5 })),
    answers,
    vote,
    votes: answers.length,
    rewards,
    advantages: [-0.25, 0.5, -0.25],
  };
}

describe("the view of a group", () => {
  const answers = ["3", "2", null, "2", "2"];
  const view = viewGroup(group(answers), new Map([["q", "2.0"]]), MATH);

  test("lists the answers, most votes first and responses without an answer last", () => {
    expect(view).toMatchObject({ pseudoLabel: "2", majorityRatio: 3 / 5, truth: "2.0" });
    expect(view.question).toEqual({ id: "q", prompt: "1+1?", level: "L1" });
    expect(view.histogram).toEqual([
      { answer: "2", votes: 3, right: true },
      { answer: "3", votes: 1, right: false },
      { answer: null, votes: 1, right: false },
    ]);
  });

  test("shows each response with its reward, and an advantage where it was trained on", () => {
    expect(view.responses.map(({ answer, reward, right }) => [answer, reward, right])).toEqual([
      ["3", 0, false],
      ["2", 1, true],
      [null, 0, false],
      ["2", 1, true],
      ["2", 1, true],
    ]);
    expect(view.responses.slice(0, 3).map(({ advantage }) => advantage)).toEqual([-0.25, 0.5, -0.25]);
    expect(view.responses.slice(3).map(({ advantage }) => advantage)).toEqual([null, null]);
    expect(view.responses[0]).toMatchObject({ text: "text 3", tokens: 1, entropy: 0.5, finished: true });
  });

  test("marks nothing as right or wrong without ground truth", () => {
    const blind = viewGroup(group(answers), new Map(), MATH);
    expect(blind.truth).toBeNull();
    const rights = [...blind.histogram, ...blind.responses].map(({ right }) => right);
    expect(new Set(rights)).toEqual(new Set([null]));
  });

  test("counts the votes of a teacher, and not the responses that did not vote", () => {
    const all = group(["3", "2", null]);
    // The first two vote, and a teacher says 3, 3 and nothing.
    const counted = { ...all, vote: majorityVote(["3", "2", "3", "3", null]), votes: 5 };
    expect(viewGroup(counted, new Map(), MATH).histogram.map(({ answer, votes }) => [answer, votes])).toEqual(
      [
        ["3", 3],
        ["2", 1],
        [null, 1],
      ],
    );
  });

  test("has a histogram of one entry when no response has an answer", () => {
    const silent = viewGroup(group([null, null, null]), new Map(), MATH);
    expect(silent).toMatchObject({ pseudoLabel: null, histogram: [{ answer: null, votes: 3, right: null }] });
  });

  test("can be posted to the page", () => {
    expect(structuredClone(view)).toEqual(view);
  });
});
