/** Control: rewards the most frequent wrong answer (Spurious Rewards, arXiv 2506.10947: incorrect labels). */
import type { TrueLabels } from "../../contracts/hooks.ts";
import { defineVariant } from "../../contracts/variant.ts";
import type { Answer, Question, Vote } from "../../contracts/types.ts";
import { agreementWith } from "../../reward.ts";
import { grantedTruth } from "./grantedTruth.ts";

export const wrongMajority = defineVariant({
  name: "wrong majority",
  choices: {
    labelSource: { "wrong-majority": "the most frequent wrong answer, by the data set's answer key" },
  },
  isOn: ({ labelSource }) => labelSource === "wrong-majority",
  hooks: ({ labelSource }) => ({
    learnsFromTruth: true,
    rewardRule: ({ question, vote }, sources) =>
      agreementWith(wrongAnswer(question, vote, grantedTruth(sources, labelSource)), sources.rules),
  }),
});

/** Returns the most frequent answer that is wrong, ties to the one seen first; null when all are right. */
function wrongAnswer(question: Question, vote: Vote, truth: TrueLabels): Answer {
  let [label, most]: [Answer, number] = [null, 0];
  for (const [answer, count] of vote.counts) {
    if (count > most && truth.isRight(question, answer) === false) [label, most] = [answer, count];
  }
  return label;
}
