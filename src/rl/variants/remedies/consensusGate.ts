/** Consensus floor (RESTRAIN, arXiv 2510.02172): where too few votes agree, no answer is a label and all are penalised. */
import { integer, real } from "../../config/field.ts";
import { defineVariant } from "../../contracts/variant.ts";

export const consensusGate = defineVariant({
  name: "consensus gate",
  fields: {
    consensusFloor: integer(
      { group: "Rewards", label: "Consensus floor", default: 0, bounds: [0, 1024], unit: "votes" },
      "Questions on whose majority fewer votes agree earn no reward, and all their responses are penalised (RESTRAIN); 0 is off.",
    ),
    consensusPenalty: real(
      { group: "Rewards", label: "Low-consensus penalty", default: 0, bounds: [0, 10] },
      "Subtracted from the advantages of a question below the consensus floor.",
    ),
  },
  isOn: ({ consensusFloor }) => consensusFloor !== 0,
  hooks: ({ consensusFloor, consensusPenalty: delta }) => ({
    abstains: ({ majorityCount }) => majorityCount < consensusFloor,
    reshapeAdvantages: (advantages, { abstains }) =>
      abstains ? advantages.map((tokens) => tokens.map((value) => value - delta)) : advantages,
  }),
});
