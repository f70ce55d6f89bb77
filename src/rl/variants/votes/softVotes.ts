/** Soft votes (EMPO, arXiv 2504.05812): r(a) = n_a / n, the share of all votes, those without an answer included. */
import { defineVariant } from "../../contracts/variant.ts";
import { rewardsByAnswer } from "../../reward.ts";
import type { Ballot } from "./ballot.ts";

export const softVotes = defineVariant({
  name: "soft votes",
  choices: { voting: { soft: "each answer's share of the votes (EMPO)" } },
  isOn: ({ voting }) => voting === "soft",
  hooks: () => ({ rewardRule: (voted, { rules }) => rewardsByAnswer(softRewards(voted), rules) }),
});

/** Returns the reward of each answer of the group. */
export function softRewards({ vote, ballot }: Ballot): ReadonlyMap<string, number> {
  return new Map([...vote.counts].map(([answer, count]) => [answer, count / ballot.answers.length]));
}
