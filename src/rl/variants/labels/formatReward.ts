/** Control: rewards any answer (Spurious Rewards, arXiv 2506.10947: format reward). */
import { defineVariant } from "../../contracts/variant.ts";

export const formatReward = defineVariant({
  name: "format reward",
  choices: { labelSource: { format: "any answer at all" } },
  isOn: ({ labelSource }) => labelSource === "format",
  hooks: () => ({ rewardRule: () => (answer) => (answer === null ? 0 : 1) }),
});
