import { describe, expect, test } from "vitest";
import { MATH, say } from "../../fixture.ts";
import { drawVotes, leaderConfidence, type Stopping } from "./sequentialVoting.ts";
import type { Answer } from "../../contracts/types.ts";
import { majorityVote } from "../../vote.ts";

const confidence = (answers: readonly Answer[]) => leaderConfidence(majorityVote(answers));
const times = (count: number, answer: string) => Array<string>(count).fill(answer);

describe("how safe the leading answer is", () => {
  // P(Binomial(c1 + c2 + 1, 1/2) <= c1).
  test.each([
    [[], 1 / 2],
    [["8"], 3 / 4],
    [["8", "8"], 7 / 8],
    [times(4, "8"), 31 / 32],
    [["8", "9"], 1 / 2],
    [["8", "8", "9"], 11 / 16], // (1 + 4 + 6) / 16
    [["8", "8", "8", "9"], 26 / 32], // (1 + 5 + 10 + 10) / 32
  ])("of %j", (answers, expected) => {
    expect(confidence(answers)).toBeCloseTo(expected, 14);
  });

  test("neither silence nor a third answer changes it", () => {
    expect(confidence(["8", "8", "9", null, null])).toBe(confidence(["8", "8", "9"]));
    expect(confidence(["8", "8", "9", "7"])).toBe(confidence(["8", "8", "9"]));
  });

  test("stays a number where powers of two underflow", () => {
    expect(confidence([...times(1024, "8"), ...times(1024, "9")])).toBeCloseTo(1 / 2, 10);
    expect(confidence(times(2048, "8"))).toBeCloseTo(1, 10);
  });
});

describe("drawing votes", () => {
  /** Question 0 always says 8; question 1 says 8 and 9 in turn, then 9 from the twelfth response on. */
  const says = (question: number, i: number) => (question === 0 || (i % 2 === 0 && i < 12) ? "8" : "9");

  async function drawn(stopping: Partial<Stopping>) {
    const calls: object[] = [];
    const draw: Parameters<typeof drawVotes>[0] = (questions, range) => {
      calls.push({ questions: [...questions], ...range });
      return Promise.resolve(
        questions.map(
          (question) =>
          Array.from({ length: range.count }, (_, i) => say(`\\boxed{${says(question, range.first + i)}}`, range.first + i)), // prettier-ignore
        ),
      );
    };
    const all = { votesPerQuestion: 30, voteBatch: 30, voteConfidence: 0.95, ...stopping };
    const votes = await drawVotes(draw, [{}, {}], all, MATH);
    return { calls, votes: votes.map((responses) => responses.map(({ tokens }) => tokens[0])) };
  }

  test("is one draw where a batch holds all votes", async () => {
    const { calls, votes } = await drawn({});
    expect(calls).toEqual([{ questions: [0, 1], first: 0, count: 30 }]);
    expect(votes.map(({ length }) => length)).toEqual([30, 30]);
  });

  // Four of one kind: 31/32. After 4, 8 and 12 votes question 1 is tied or nearly so; after 16: 6 to 10, .834; after 20:
  // 6 to 14, .961.
  test("goes on for the questions whose winner is not safe, and takes up where it stopped", async () => {
    const { calls, votes } = await drawn({ voteBatch: 4 });
    expect(calls[0]).toEqual({ questions: [0, 1], first: 0, count: 4 });
    expect(calls.slice(1)).toEqual([4, 8, 12, 16].map((first) => ({ questions: [1], first, count: 4 })));
    expect(votes).toEqual([4, 20].map((count) => Array.from({ length: count }, (_, i) => i)));
  });

  test("ends at the most votes, in a smaller last batch", async () => {
    const { calls, votes } = await drawn({ voteBatch: 16, voteConfidence: 0.9999 });
    expect(calls).toEqual([
      { questions: [0, 1], first: 0, count: 16 },
      { questions: [1], first: 16, count: 14 },
    ]);
    expect(votes.map(({ length }) => length)).toEqual([16, 30]);
  });
});
