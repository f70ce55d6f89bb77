/** Control: rewards right answers, the paper's leakage bound (RL on the test set with its labels). */
import { defineVariant } from "../../contracts/variant.ts";
import { grantedTruth } from "./grantedTruth.ts";

export const trueLabels = defineVariant({
  name: "true labels",
  choices: { labelSource: { truth: "the true answer, from the data set's answer key" } },
  isOn: ({ labelSource }) => labelSource === "truth",
  hooks: ({ labelSource }) => ({
    learnsFromTruth: true,
    rewardRule: ({ question }, sources) => {
      const truth = grantedTruth(sources, labelSource);
      return (answer) => (truth.isRight(question, answer) === true ? 1 : 0);
    },
  }),
});
