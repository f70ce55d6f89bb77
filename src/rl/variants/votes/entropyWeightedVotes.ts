/** Votes weighted by certainty (DARE, arXiv 2601.21804). */
import { sum } from "../../../math/stats.ts";
import { real, type ConfigOf } from "../../config/field.ts";
import { defineVariant } from "../../contracts/variant.ts";
import { rewardsByAnswer } from "../../reward.ts";
import { entropyByAnswer, type Ballot } from "./ballot.ts";

const fields = {
  rareAnswerFloor: real(
    { group: "Rewards", label: "Rare-answer floor", default: 0, bounds: [0, 1] },
    "With entropy-weighted votes, answers with a smaller weighted share get none of the reward.",
  ),
  rareAnswerBonus: real(
    { group: "Rewards", label: "Rare-answer bonus", default: 0, bounds: [0, 10] },
    "With entropy-weighted votes, the bonus of a rare and certain answer on top of its share.",
  ),
} as const;

export const entropyWeightedVotes = defineVariant({
  name: "entropy-weighted votes",
  fields,
  choices: { voting: { "entropy-weighted": "its share, in which certain votes count for more (DARE)" } },
  isOn: (config) => config.voting === "entropy-weighted",
  hooks: (config) => ({
    rewardRule: (voted, { rules }) => rewardsByAnswer(entropyWeightedRewards(voted, config), rules),
  }),
});

/** Keeps the division finite for answers that are given with certainty. */
const EPSILON = 1e-6;

/**
 * Returns the reward of each answer. With u_a the mean entropy of the responses that answer a:
 * p~(a) = n_a / (u_a + eps), normalised; shares below tau become 0 and the rest is normalised again;
 * r(a) = p~(a) + alpha (1 - n_a / n) (1 - u_a).
 */
export function entropyWeightedRewards(
  ballot: Ballot,
  { rareAnswerFloor, rareAnswerBonus }: ConfigOf<typeof fields>,
): ReadonlyMap<string, number> {
  const entropies = entropyByAnswer(ballot);
  const weights = [...entropies].map(([answer, entropy]) => {
    const count = ballot.vote.counts.get(answer) ?? 0;
    return { answer, count, entropy, weight: count / (entropy + EPSILON) };
  });
  const total = sum(weights.map(({ weight }) => weight));
  const isKept = (weight: number): boolean => weight / total >= rareAnswerFloor;
  const kept = sum(weights.map(({ weight }) => (isKept(weight) ? weight : 0)));
  const votes = ballot.ballot.answers.length;
  return new Map(
    weights.map(({ answer, count, entropy, weight }) => {
      const share = isKept(weight) ? weight / kept : 0;
      return [answer, share + rareAnswerBonus * (1 - count / votes) * (1 - entropy)];
    }),
  );
}
