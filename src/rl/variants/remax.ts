/** ReMax (arXiv 2310.10505, algorithm 2): the reward to come minus the reward of a greedy response to the question. */
import { rewardsToCome } from "../contracts/tokenTable.ts";
import { at } from "../../math/at.ts";
import { defineVariant } from "../contracts/variant.ts";

export const remax = defineVariant({
  name: "ReMax",
  choices: { advantage: { remax: "the reward of one more, greedy response" } },
  isOn: ({ advantage }) => advantage === "remax",
  hooks: () => ({
    estimator: {
      takesGreedyBaseline: true,
      rewardBeyondEnd: "lost",
      advantages: (rewards, { groups }) =>
        rewards.map((group, question) => {
          const baseline = at(groups, question).greedyReward;
          if (baseline === null) throw new Error(`no greedy reward for question ${question} of the step`);
          return group.map((tokens) => rewardsToCome(tokens, 1).map((reward) => reward - baseline));
        }),
    },
  }),
});
