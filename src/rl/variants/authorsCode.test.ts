import { expect, test } from "vitest";
import { configFrom, methodOf, type TtrlConfig } from "../ttrlConfig.ts";
import { say } from "../fixture.ts";

type Advantage = TtrlConfig["advantage"];

const ofLength = (length: number) => ({ ...say(""), tokens: new Int32Array(length) });
const group = [2, 5, 3].map(ofLength); // the last vote ends at token 2
const places = (rewardToken: "own-last" | "group-last", advantage: Advantage) => {
  const { rewardedToken, estimator } = methodOf(configFrom({ rewardToken, advantage }));
  return group.map((response) => rewardedToken(response, group, estimator));
};

test.each<[Advantage, (number | null)[]]>([
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
