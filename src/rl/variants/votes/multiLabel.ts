/** Every answer of the group as a label, weighted by the trust in its share (RESTRAIN, arXiv 2510.02172). */
import { at } from "../../../math/at.ts";
import { sum } from "../../../math/stats.ts";
import { groupAdvantages } from "../../advantage.ts";
import { real } from "../../config/field.ts";
import type { EstimatorInput, Rewarded } from "../../contracts/hooks.ts";
import type { Answer, Vote } from "../../contracts/types.ts";
import { defineVariant } from "../../contracts/variant.ts";
import { rewardFor, rewardsByAnswer } from "../../reward.ts";
import { TRUST_FIELDS, trustIn, type TrustShape } from "../trust.ts";

export const multiLabel = defineVariant({
  name: "multi-label votes",
  fields: {
    ...TRUST_FIELDS,
    labelTrustWidth: real(
      { group: "Rewards", label: "Label trust width", default: 0.2, bounds: [0.01, 10] },
      "With multi-label votes, the standard deviation of the trust around its centre; narrow trusts the winner only, wide trusts rare answers too (RESTRAIN).",
    ),
  },
  choices: {
    voting: {
      "multi-label": "every answer is a label, and losses are weighted by the trust in its share (RESTRAIN)",
    },
  },
  isOn: ({ voting }) => voting === "multi-label",
  hooks: ({ advantage, trustCentre: centre, labelTrustWidth: width }) => {
    const weightsOf = ({ vote, ballot }: Pick<Rewarded, "vote" | "ballot">) =>
      labelWeights(vote, ballot.answers.length, { centre, width });
    return {
      rewardRule: (voted, { rules }) => rewardsByAnswer(weightsOf(voted), rules),
      // Only GRPO divides by a deviation that differs by label; elsewhere weighted rewards give the same sum.
      ...(advantage === "grpo" && {
        estimator: {
          advantages: (_, input) =>
            input.groups.map((group) => {
              const weights = group.abstains ? new Map<string, number>() : weightsOf(group);
              return multiLabelAdvantages(weights, (label) => rewardsUnder(label, group, input));
            }),
        },
      }),
    };
  },
});

/** Returns the token rewards [K][T] of a group with this label. */
function rewardsUnder(
  label: Answer,
  group: Rewarded,
  { tokenRewards, rules }: EstimatorInput,
): Float64Array[] {
  return tokenRewards(group, group.answers.map((answer) => rewardFor(answer, label, rules))); // prettier-ignore
}

/** Returns w_a = g(n_a / n) / sum over answers b of g(n_b / n); n counts votes without an answer too. */
export function labelWeights(
  { counts }: Pick<Vote, "counts">,
  votes: number,
  shape: TrustShape,
): ReadonlyMap<string, number> {
  const trusts = [...counts].map(([answer, count]) => [answer, trustIn(count / votes, shape)] as const);
  const total = sum(trusts.map(([, trust]) => trust));
  return new Map(trusts.map(([answer, trust]) => [answer, trust / total]));
}

/**
 * Returns the advantages [K][T] of one group under all labels at once: sum over answers a of w_a A(a), where A(a) are
 * GRPO's advantages with a as the label, each divided by its own deviation. RESTRAIN sums losses, not advantages; a policy
 * gradient is linear in them as long as no ratio is clipped, which one update a step never does. `rewardsUnder(a)` gives
 * the token rewards of the kept responses with that label.
 */
export function multiLabelAdvantages(
  weights: ReadonlyMap<string, number>,
  rewardsUnder: (label: Answer) => readonly Float64Array[],
): Float64Array[] {
  let total = rewardsUnder(null).map(({ length }) => new Float64Array(length));
  for (const [label, weight] of weights) {
    const rewards = rewardsUnder(label).map((tokens) => sum([...tokens]));
    const advantages = groupAdvantages(rewards, "grpo");
    total = total.map((tokens, i) => tokens.map((value) => value + weight * at(advantages, i)));
  }
  return total;
}
