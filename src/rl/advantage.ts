/** Rewards of a group -> advantages of its responses. */
import { mean, standardDeviation } from "../math/stats.ts";
import type { AdvantageEstimator } from "./config.ts";

/** Keeps the division finite when all rewards of a group are equal; the authors' value. */
const EPSILON = 1e-6;

/**
 * Group-relative advantages: reward minus the group's mean, and for "grpo" divided by the group's standard deviation
 * (n - 1 divisor; arXiv 2402.03300, section 4.1.2). "dr-grpo" leaves the division out (arXiv 2503.20783), so that a
 * group with a weak majority, whose label is most often wrong, does not weigh as much as a confident one.
 */
export function groupAdvantages(rewards: readonly number[], estimator: AdvantageEstimator): number[] {
  const centre = mean(rewards);
  const scale = estimator === "grpo" ? standardDeviation(rewards) + EPSILON : 1;
  return rewards.map((reward) => (reward - centre) / scale);
}
