import { describe, expect, test } from "vitest";
import { noveltyRewards } from "./novelty.ts";

const said = (...tokens: number[]) => ({ tokens: Int32Array.from(tokens) });

describe("rewards by novelty", () => {
  /**
   * Runs of tokens: {1}, {1}, {2} and {1, 2, "1 2"}; cosines 1 of the first two, 0 of these with the third, 1 / sqrt(3) of
   * all with the fourth. All but the third agree.
   */
  const group = {
    responses: [said(1), said(1), said(2), said(1, 2)],
    answers: ["8", "8", "9", "8"],
    rewards: [1, 1, 0, 1],
  };
  const third = 1 / Math.sqrt(3);

  test("novelty is what neither the own class nor the nearest response shares", () => {
    const { novelty } = noveltyRewards(group);
    const expected = [
      1 - (1 + third) / 2 / 2 - 1 / 2,
      1 - (1 + third) / 2 / 2 - 1 / 2,
      1 - third / 3 / 2 - third / 2, // alone in its class: the mean over all others, 0, 0 and 1 / sqrt(3)
      1 - third,
    ];
    for (const [i, value] of novelty.entries()) expect(value).toBeCloseTo(expected[i]!, 14);
  });

  test("agreeing responses earn from 1/2 to 1 by novelty, one alone in its class the middle of its band", () => {
    expect(noveltyRewards(group).rewards).toEqual([0.5, 0.5, -0.75, 1]);
  });

  test("dissenting responses earn from -1 to -1/2", () => {
    expect(noveltyRewards({ ...group, rewards: [0, 0, 1, 0] }).rewards).toEqual([-1, -1, 0.75, -0.5]);
  });

  test("silence earns -1 and is compared with nobody", () => {
    const silent = { responses: [...group.responses, said(1)], answers: [...group.answers, null] };
    const { rewards, novelty } = noveltyRewards({ ...silent, rewards: [...group.rewards, 0] });
    expect(rewards).toEqual([0.5, 0.5, -0.75, 1, -1]);
    expect(novelty).toEqual([...noveltyRewards(group).novelty, null]);
  });

  test("responses that are all alike earn the middle of their band", () => {
    const alike = { responses: [said(1, 2), said(1, 2)], answers: ["8", "8"], rewards: [1, 1] };
    expect(noveltyRewards(alike)).toEqual({ rewards: [0.75, 0.75], novelty: [0, 0] });
  });

  test("rounding tells nothing apart", () => {
    const tokens = [said(1, 2, 3, 4, 5, 6, 7), said(1, 2, 3, 4, 5, 6, 7), said(7, 6, 5, 4, 3, 2, 1)];
    const three = { responses: tokens, answers: ["8", "8", "9"], rewards: [1, 1, 0] };
    expect(noveltyRewards(three).rewards.slice(0, 2)).toEqual([0.75, 0.75]);
  });

  test("a single response has no novelty", () => {
    const one = { responses: [said(1)], answers: ["8"], rewards: [1] };
    expect(noveltyRewards(one)).toEqual({ rewards: [0.75], novelty: [null] });
  });

  // Counts 2 x "1", 1 x "1 1" against 1 x "1": 2 / sqrt(5).
  test("runs count as often as they occur", () => {
    const two = { responses: [said(1, 1), said(1)], answers: ["8", "8"], rewards: [1, 1] };
    expect(noveltyRewards(two).novelty[0]).toBeCloseTo(1 - 2 / Math.sqrt(5), 14);
  });
});
