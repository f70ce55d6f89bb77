/** Control: rewards the initial model's majority answer, a fixed teacher (SRT, arXiv 2505.21444, offline labels). */
import { defineVariant } from "../../contracts/variant.ts";
import { agreementWith } from "../../reward.ts";

export const initialMajority = defineVariant({
  name: "initial majority",
  choices: { labelSource: { "initial-majority": "the initial model's majority answer, voted for once" } },
  isOn: ({ labelSource }) => labelSource === "initial-majority",
  hooks: () => ({
    needsInitialVotes: true,
    rewardRule: ({ initialVote }, { rules }) => agreementWith(initialVote?.pseudoLabel ?? null, rules),
  }),
});
