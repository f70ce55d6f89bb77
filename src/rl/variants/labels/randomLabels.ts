/** Control: rewards one of the step's different answers, all equally likely. */
import { defineVariant } from "../../contracts/variant.ts";
import { agreementWith } from "../../reward.ts";

export const randomLabels = defineVariant({
  name: "random labels",
  choices: { labelSource: { random: "an answer drawn at random from the different answers" } },
  isOn: ({ labelSource }) => labelSource === "random",
  hooks: () => ({
    rewardRule: ({ vote: { counts } }, { random, rules }) =>
      agreementWith(counts.size === 0 ? null : random.choice([...counts.keys()]), rules),
  }),
});
