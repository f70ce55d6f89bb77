/** Weights questions by the initial model's consensus on them (RESTRAIN, arXiv 2510.02172). */
import { choice, real } from "../../config/field.ts";
import { defineVariant } from "../../contracts/variant.ts";
import { TRUST_FIELDS, trustIn } from "../trust.ts";

export const questionTrust = defineVariant({
  name: "question trust",
  fields: {
    questionTrust: choice(
      { group: "Rewards", label: "Question weights", choices: ["equal", "initial-consensus"] },
      "initial-consensus weights a question by the trust in the initial model's majority share on it, voted once before the first step (RESTRAIN).",
    ),
    ...TRUST_FIELDS,
    questionTrustWidth: real(
      { group: "Rewards", label: "Question trust width", default: 0.5, bounds: [0.01, 10] },
      "With question weights, the standard deviation of the trust around its centre; wide weights all questions alike (RESTRAIN).",
    ),
  },
  isOn: ({ questionTrust: kind }) => kind !== "equal",
  hooks: ({ trustCentre: centre, questionTrustWidth: width }) => ({
    needsInitialVotes: true,
    reshapeAdvantages: (advantages, { initialVote }) => {
      if (initialVote === null) throw new Error("question weights without initial votes");
      const weight = trustIn(initialVote.majorityRatio, { centre, width });
      return advantages.map((tokens) => tokens.map((value) => value * weight));
    },
  }),
});
