/** How far answers and questions are trusted by the share of votes they got (RESTRAIN, arXiv 2510.02172). */
import { sum } from "../../math/stats.ts";
import { groupAdvantages } from "../advantage.ts";
import type { Answer, Vote } from "../contracts/types.ts";

/** RESTRAIN's g: a Gaussian over vote shares. */
export interface TrustShape {
  /** k: the share that is trusted most; 1 lets trust rise with the share. */
  readonly centre: number;
  /** sigma: narrow trusts the winner alone, wide trusts all alike. */
  readonly width: number;
}

/** g(f) = exp(-(f - k)^2 / (2 sigma^2)). A question's weight u is g of its majority ratio under the initial model. */
export function trustIn(share: number, { centre, width }: TrustShape): number {
  return Math.exp(-((share - centre) ** 2) / (2 * width ** 2));
}

/**
 * w_a = g(n_a / n) / sum over answers b of g(n_b / n): every answer of the group is a label, the more so the more agree on
 * it; n counts silent responses too.
 */
export function labelWeights(
  { counts }: Pick<Vote, "counts">,
  responses: number,
  shape: TrustShape,
): ReadonlyMap<string, number> {
  const trusts = [...counts].map(([answer, count]) => [answer, trustIn(count / responses, shape)] as const);
  const total = sum(trusts.map(([, trust]) => trust));
  return new Map(trusts.map(([answer, trust]) => [answer, trust / total]));
}

/**
 * Advantages of one group under all labels at once: sum over answers a of w_a A(a), where A(a) are GRPO's advantages with
 * a as the label, each divided by its own deviation. RESTRAIN sums losses, not advantages; a policy gradient is linear in
 * them as long as no ratio is clipped, which one update a step never does. `rewardsUnder(a)` gives the token rewards of
 * the kept responses with that label. Estimators without the division need none of this: for them the sum is the
 * advantage of the reward w_a.
 */
export function multiLabelAdvantages(
  weights: ReadonlyMap<string, number>,
  rewardsUnder: (label: Answer) => readonly Float64Array[],
): Float64Array[] {
  let total = rewardsUnder(null).map(({ length }) => new Float64Array(length));
  for (const [label, weight] of weights) {
    const rewards = rewardsUnder(label).map((tokens) => sum([...tokens]));
    const advantages = groupAdvantages(rewards, "grpo");
    total = total.map((tokens, i) => tokens.map((value) => value + weight * (advantages[i] ?? Number.NaN)));
  }
  return total;
}
