/** Trains only on questions whose vote entropy is between two bounds (EMPO, arXiv 2504.05812). */
import { real } from "../../config/field.ts";
import { defineVariant } from "../../contracts/variant.ts";
import { voteEntropy } from "../../vote.ts";

/** More nats than votes can have: the largest number of votes, 1024, is 6.93 nats. */
const MOST = 7;

export const voteEntropyBand = defineVariant({
  name: "vote-entropy band",
  fields: {
    leastVoteEntropy: real(
      { group: "Rewards", label: "Least vote entropy", default: 0, bounds: [0, MOST], unit: "nats" },
      "Questions with a lower vote entropy, whose votes agree more, are not trained on (EMPO).",
    ),
    mostVoteEntropy: real(
      { group: "Rewards", label: "Most vote entropy", default: MOST, bounds: [0, MOST], unit: "nats" },
      "Questions with a higher vote entropy, whose votes scatter more, are not trained on; 7 nats excludes none (EMPO).",
    ),
  },
  isOn: ({ leastVoteEntropy, mostVoteEntropy }) => leastVoteEntropy !== 0 || mostVoteEntropy !== MOST,
  hooks: ({ leastVoteEntropy, mostVoteEntropy }) => ({
    reshapeAdvantages: (advantages, { vote, abstains }) => {
      const entropy = voteEntropy(vote);
      const isInside = entropy >= leastVoteEntropy && entropy <= mostVoteEntropy;
      return abstains || isInside ? advantages : advantages.map(({ length }) => new Float64Array(length));
    },
  }),
});
