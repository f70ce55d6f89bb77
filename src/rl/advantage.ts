/**
 * Rewards of a step's kept responses -> advantages of their tokens. Tables are [question][kept response][token];
 * responses differ in length.
 */
import { at } from "../math/at.ts";
import { mean, standardDeviation, sum } from "../math/stats.ts";
import type { UpdateConfig } from "./config/coreFields.ts";
import type { Estimator, EstimatorInput, JudgedStep, Rewarded } from "./contracts/hooks.ts";
import type { Method } from "./contracts/method.ts";
import { rewardsToCome, whiten, type TokenTable } from "./contracts/tokenTable.ts";
import type { AnswerRules, Group } from "./contracts/types.ts";

/** Keeps the division finite when all rewards of a group are equal; the authors' value. */
const EPSILON = 1e-6;

/** Estimators that divide or center within a group. */
type GroupEstimator = "grpo" | "dr-grpo" | "rloo";

/** Returns token rewards [T] of a response that is rewarded as a whole: on one token, its last by default, or on none. */
export function outcomeRewards(
  reward: number,
  length: number,
  token: number | null = length - 1,
): Float64Array {
  const rewards = new Float64Array(length);
  if (token !== null) rewards[token] = reward;
  return rewards;
}

/**
 * Group-relative advantages [K]: reward minus the group's mean, and for "grpo" divided by the group's standard deviation
 * (n - 1 divisor; arXiv 2402.03300, section 4.1.2). "dr-grpo" omits the division (arXiv 2503.20783), so that a group
 * with a weak majority, whose label is most often wrong, does not weigh as much as a confident one. "rloo" compares each
 * reward with the mean of the others (arXiv 2402.14740, equation 9): n / (n - 1) (reward - mean). A single response has
 * advantage 0.
 */
export function groupAdvantages(rewards: readonly number[], estimator: GroupEstimator): number[] {
  const centre = mean(rewards);
  const scale = groupScale(rewards, estimator);
  return rewards.map((reward) => (reward - centre) / scale);
}

function groupScale(rewards: readonly number[], estimator: GroupEstimator): number {
  if (estimator === "grpo") return standardDeviation(rewards) + EPSILON;
  return estimator === "rloo" && rewards.length > 1 ? (rewards.length - 1) / rewards.length : 1;
}

/** Returns each response's group-relative advantage on all of its tokens. */
function broadcast(rewards: TokenTable, estimator: GroupEstimator): Float64Array[][] {
  return rewards.map((group) => {
    const totals = group.map((tokens) => sum([...tokens]));
    const advantages = groupAdvantages(totals, estimator);
    return group.map((tokens, i) => new Float64Array(tokens.length).fill(at(advantages, i)));
  });
}

/**
 * The estimators without a second model. "grpo", "dr-grpo", "rloo": `groupAdvantages` on every token.
 * "reinforce++-baseline": reward minus the group's mean, whitened over all tokens of the step (arXiv 2501.03262).
 * "reinforce++": the discounted reward to come, whitened, without groups (same source).
 */
export function coreEstimator(name: string, { gamma }: Pick<UpdateConfig, "gamma">): Estimator {
  switch (name) {
    case "grpo":
    case "dr-grpo":
    case "rloo":
      return { advantages: (rewards) => broadcast(rewards, name) };
    case "reinforce++-baseline":
      return { advantages: (rewards) => whiten(broadcast(rewards, "dr-grpo")) };
    case "reinforce++":
      return {
        rewardBeyondEnd: "lost",
        advantages: (rewards) =>
          whiten(rewards.map((group) => group.map((tokens) => rewardsToCome(tokens, gamma)))),
      };
    default:
      throw new Error(`no variant provides the estimator "${name}"`);
  }
}

/** Computes a step's token rewards and advantages over the kept responses, which may compare across questions. */
export function advantage(rewarded: readonly Rewarded[], rules: AnswerRules, method: Method): JudgedStep {
  const tokenRewards = rewardingTokens(method);
  const rewards = rewarded.map((group) => tokenRewards(group, group.rewards));
  const input: EstimatorInput = { groups: rewarded, tokenRewards, rules };
  const estimated = method.estimator.advantages(rewards, input);
  const advantages = rewarded.map((group, q) =>
    method.reshapeAdvantages.reduce<readonly Float64Array[]>(
      (changed, reshape) => reshape(changed, group),
      at(estimated, q),
    ),
  );
  return { groups: rewarded.map((group, q) => groupOf(group, at(advantages, q))), rewards, advantages };
}

/** Puts rewards on tokens of the kept responses, the first K of a group, and deducts the tokens' KL costs. */
function rewardingTokens({ settings, rewardedToken, estimator }: Method): EstimatorInput["tokenRewards"] {
  return ({ responses, costs }, rewards) =>
    responses.slice(0, settings.rolloutsPerQuestion).map((response, i) => {
      const token = rewardedToken(response, responses, estimator);
      const earned = outcomeRewards(at(rewards, i), response.tokens.length, token);
      if (costs.length === 0) return earned;
      const cost = at(costs, i);
      return earned.map((value, t) => value - at(cost, t));
    });
}

function groupOf(group: Rewarded, advantages: readonly Float64Array[]): Group {
  const { question, responses, answers, vote, rewards, others, otherAnswers, binaryRewards, notes } = group;
  return {
    ...{ question, responses, answers, vote, rewards },
    votes: group.ballot.answers.length,
    advantages: advantages.map(meanOf),
    ...(others.length > 0 && { others: { responses: others, answers: otherAnswers } }),
    ...(binaryRewards && { binaryRewards }),
    ...(notes && { notes }),
  };
}

/** Returns the mean over tokens, exact where all are equal. */
function meanOf(tokens: Float64Array): number {
  const first = tokens[0] ?? 0; // a response may have no tokens
  return first + mean([...tokens].map((value) => value - first));
}
