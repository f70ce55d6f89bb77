import { expect, test } from "vitest";
import type { AdvantageEstimator } from "../ttrlConfig.ts";
import { rewardedToken } from "./rewardToken.ts";

const ofLength = (length: number) => ({ tokens: new Int32Array(length) });
const group = [2, 5, 3].map(ofLength); // the last vote ends at token 2
const places = (rewardToken: "own-last" | "group-last", advantage: AdvantageEstimator) =>
  group.map((response) => rewardedToken(response, group, { rewardToken, advantage }));

test.each<[AdvantageEstimator, (number | null)[]]>([
  ["grpo", [1, 4, 2]],
  ["rloo", [1, 4, 2]],
  ["reinforce++-baseline", [1, 4, 2]],
  ["prime", [1, 4, 2]],
  ["gae", [1, 2, 2]],
  ["reinforce++", [null, 2, 2]],
  ["remax", [null, 2, 2]],
])("%s is rewarded where the group's last vote ends, if it can tell", (advantage, expected) => {
  expect(places("group-last", advantage)).toEqual(expected);
  expect(places("own-last", advantage)).toEqual([1, 4, 2]);
});
