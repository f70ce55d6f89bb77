/** Selective votes (SCRL, arXiv 2603.19880): rewards a clear consensus, and penalises rare and uncertain answers. */
import { mean } from "../../../math/stats.ts";
import { real, type ConfigOf } from "../../config/field.ts";
import { defineVariant } from "../../contracts/variant.ts";
import { rewardsByAnswer } from "../../reward.ts";
import { entropyByAnswer, type Ballot } from "./ballot.ts";

const fields = {
  unsurePenalty: real(
    { group: "Rewards", label: "Unsure-answer penalty", default: 0, bounds: [0, 10], unit: "per nat" },
    "With selective votes, the penalty of an answer for each nat of entropy above its group's mean.",
  ),
} as const;

export const selectiveVotes = defineVariant({
  name: "selective votes",
  fields,
  choices: {
    voting: {
      selective:
        "the winner's share under a clear consensus, and a penalty for rare and unsure answers (SCRL)",
    },
  },
  isOn: (config) => config.voting === "selective",
  hooks: (config) => ({
    rewardRule: (voted, { rules }) => rewardsByAnswer(selectiveRewards(voted, config), rules),
  }),
});

/** Thresholds of the vote shares: of the winner, of its lead, and below which an answer may be penalised. */
const CONSENSUS = 0.375;
const LEAD = 0.125;
const NEGATIVE = 0.125;

/**
 * Returns the reward of each answer. Winner, if p_1 >= 3/8 and p_1 - p_2 > 1/8: r = p_a - lambda (H_a - H). Answers with
 * p_a < 1/8 and H_a >= H: r = p_a - 1/8 - lambda (H_a - H). Others 0. H_a is the mean entropy of the responses that
 * answer a, H that of all.
 */
export function selectiveRewards(
  ballot: Ballot,
  { unsurePenalty }: ConfigOf<typeof fields>,
): ReadonlyMap<string, number> {
  const { vote, ballot: { answers, responses } } = ballot; // prettier-ignore
  const entropies = entropyByAnswer(ballot);
  const typical = mean(responses.map(({ entropy }) => entropy));
  const [first = 0, second = 0] = [...vote.counts.values()]
    .map((count) => count / answers.length)
    .sort((a, b) => b - a);
  const isAgreed = first >= CONSENSUS && first - second > LEAD;
  return new Map(
    [...entropies].map(([answer, entropy]) => {
      const share = (vote.counts.get(answer) ?? 0) / answers.length;
      const doubt = entropy - typical;
      if (isAgreed && answer === vote.pseudoLabel) return [answer, share - unsurePenalty * doubt];
      const isNegative = share < NEGATIVE && doubt >= 0;
      return [answer, isNegative ? share - NEGATIVE - unsurePenalty * doubt : 0];
    }),
  );
}
