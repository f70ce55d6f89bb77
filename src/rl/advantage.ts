/**
 * Rewards of a step's kept responses -> advantages of their tokens. Tables are indexed by question, response and token;
 * responses differ in length. The discounts gamma and lambda are 1, as in TTRL.
 */
import { mean, standardDeviation, sum } from "../math/stats.ts";
import type { AdvantageEstimator } from "./config.ts";

/** One number for each token of each kept response of each question of a step. */
export type TokenTable = readonly (readonly Float64Array[])[];

/** Keeps the division finite when all rewards of a group are equal; the authors' value. */
const EPSILON = 1e-6;

/** The same for the variance of all tokens; verl's value. */
const WHITEN_EPSILON = 1e-8;

/** Token rewards of a response that is judged as a whole: on its own last token, zero before. */
export function outcomeRewards(reward: number, length: number): Float64Array {
  const rewards = new Float64Array(length);
  rewards[length - 1] = reward;
  return rewards;
}

/**
 * Group-relative advantages: reward minus the group's mean, and for "grpo" divided by the group's standard deviation
 * (n - 1 divisor; arXiv 2402.03300, section 4.1.2). "dr-grpo" leaves the division out (arXiv 2503.20783), so that a
 * group with a weak majority, whose label is most often wrong, does not weigh as much as a confident one. "rloo"
 * compares each reward with the mean of the others (arXiv 2402.14740, equation 9): n / (n - 1) (reward - mean). A
 * response that is alone has nothing to be compared with: 0.
 */
export function groupAdvantages(
  rewards: readonly number[],
  estimator: "grpo" | "dr-grpo" | "rloo",
): number[] {
  const centre = mean(rewards);
  const scale = groupScale(rewards, estimator);
  return rewards.map((reward) => (reward - centre) / scale);
}

function groupScale(rewards: readonly number[], estimator: "grpo" | "dr-grpo" | "rloo"): number {
  if (estimator === "grpo") return standardDeviation(rewards) + EPSILON;
  return estimator === "rloo" && rewards.length > 1 ? (rewards.length - 1) / rewards.length : 1;
}

/**
 * Advantages of a step by the estimator. "grpo", "dr-grpo" and "rloo": `groupAdvantages` on every token.
 * "reinforce++-baseline": reward minus the group's mean, then whitened over all tokens of the step (arXiv 2501.03262).
 * "reinforce++": the reward still to come, whitened, with no group at all (same source). "remax": the reward still to
 * come minus the reward of the greedy response to the question (arXiv 2310.10505, algorithm 2), which only it needs.
 */
export function stepAdvantages(
  rewards: TokenTable,
  estimator: AdvantageEstimator,
  greedyRewards: readonly number[] = [],
): Float64Array[][] {
  switch (estimator) {
    case "grpo":
    case "dr-grpo":
    case "rloo":
      return broadcast(rewards, estimator);
    case "reinforce++-baseline":
      return whiten(broadcast(rewards, "dr-grpo"));
    case "reinforce++":
      return whiten(rewards.map((group) => group.map(rewardsToCome)));
    case "remax":
      return rewards.map((group, question) => {
        const baseline = greedyRewards[question];
        if (baseline === undefined) throw new Error(`no greedy reward for question ${question} of the step`);
        return group.map((response) => rewardsToCome(response).map((reward) => reward - baseline));
      });
  }
}

/**
 * Generalised advantage estimation (arXiv 1506.02438, equation 16) for PPO: delta_t = r_t + V_{t+1} - V_t with V = 0
 * after the last token, A_t = delta_t + A_{t+1}. `returns` = A + V, what the critic learns; the advantages are whitened
 * after that. `values[q][i][t]` predicts what follows before token t is known.
 */
export function generalisedAdvantages(
  rewards: TokenTable,
  values: TokenTable,
): { readonly advantages: Float64Array[][]; readonly returns: Float64Array[][] } {
  // With gamma = lambda = 1 the deltas telescope: A_t = sum of the rewards from t on - V_t, and A + V is that sum.
  const returns = rewards.map((group) => group.map(rewardsToCome));
  const advantages = returns.map((group, question) =>
    group.map((toCome, i) => {
      const predicted = values[question]?.[i];
      if (predicted?.length !== toCome.length) throw new Error("values and rewards differ in shape");
      return toCome.map((reward, token) => reward - (predicted[token] ?? 0));
    }),
  );
  return { advantages: whiten(advantages), returns };
}

/** Centred on the mean of all tokens, divided by sqrt(variance + 1e-8) with the n - 1 divisor: long responses weigh more. */
export function whiten(table: TokenTable): Float64Array[][] {
  const all = table.flat().flatMap((tokens) => [...tokens]);
  if (all.length === 0) return [];
  const centre = mean(all);
  const scale = Math.sqrt(standardDeviation(all) ** 2 + WHITEN_EPSILON);
  return table.map((group) => group.map((tokens) => tokens.map((value) => (value - centre) / scale)));
}

/** The sum of a response's rewards from each token to its end. */
function rewardsToCome(rewards: Float64Array): Float64Array {
  const toCome = new Float64Array(rewards.length);
  let rest = 0;
  for (let token = rewards.length - 1; token >= 0; token--) {
    rest += rewards[token] ?? 0;
    toCome[token] = rest;
  }
  return toCome;
}

/** Each response's advantage within its group, on all of its tokens. */
function broadcast(rewards: TokenTable, estimator: "grpo" | "dr-grpo" | "rloo"): Float64Array[][] {
  return rewards.map((group) => {
    const advantages = groupAdvantages(
      group.map((tokens) => sum([...tokens])),
      estimator,
    );
    return group.map((tokens, i) => new Float64Array(tokens.length).fill(advantages[i] ?? 0));
  });
}
