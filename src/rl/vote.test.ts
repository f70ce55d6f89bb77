import { describe, expect, test } from "vitest";
import { majorityVote } from "./vote.ts";

describe("the majority vote", () => {
  test("takes the most frequent answer and its share of all responses", () => {
    const vote = majorityVote(["3", "8", "8", "1", "8"]);
    expect(vote).toMatchObject({ pseudoLabel: "8", majorityCount: 3, majorityRatio: 3 / 5 });
    expect([...vote.counts]).toEqual([
      ["3", 1],
      ["8", 3],
      ["1", 1],
    ]);
  });

  test("gives a tie to the answer seen first", () => {
    expect(majorityVote(["2", "1", "1", "2"]).pseudoLabel).toBe("2");
    expect(majorityVote(["5", "4", "3"]).pseudoLabel).toBe("5");
  });

  test("never lets silence win, and counts it in the ratio", () => {
    const vote = majorityVote([null, null, null, "7", null]);
    expect(vote).toMatchObject({ pseudoLabel: "7", majorityCount: 1, majorityRatio: 1 / 5 });
  });

  test("has no pseudo-label when nobody answered", () => {
    const vote = majorityVote([null, null]);
    expect(vote).toMatchObject({ pseudoLabel: null, majorityCount: 0, majorityRatio: 0 });
    expect(vote.counts.size).toBe(0);
  });
});
