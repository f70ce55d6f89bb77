/** Control: rewards any response with probability 1/2 (Spurious Rewards, arXiv 2506.10947). */
import { defineVariant } from "../../contracts/variant.ts";

export const randomRewards = defineVariant({
  name: "random rewards",
  choices: { labelSource: { "random-reward": "any response, with probability 1/2" } },
  isOn: ({ labelSource }) => labelSource === "random-reward",
  hooks: () => ({
    rewardRule:
      (_, { random }) =>
      () =>
        random.uniform() < 0.5 ? 1 : 0,
  }),
});
