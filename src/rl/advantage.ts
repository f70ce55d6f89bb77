/**
 * Rewards of a step's kept responses -> advantages of their tokens. Tables are indexed by question, response and token;
 * responses differ in length.
 */
import { mean, standardDeviation, sum } from "../math/stats.ts";
import type { TtrlConfig } from "./ttrlConfig.ts";
import { combinedRewards } from "./companions/prime.ts";
import { rewardsToCome, whiten, type TokenTable } from "./contracts/tokenTable.ts";

/** Keeps the division finite when all rewards of a group are equal; the authors' value. */
const EPSILON = 1e-6;

/** Token rewards of a response that is judged as a whole: on one token, its last one unless told, or on none. */
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

/** What of a configuration turns rewards into advantages. */
export type Estimation = Pick<TtrlConfig, "advantage" | "gamma" | "lambda" | "processWeight">;

/** What some estimators need of a step beside its rewards. */
export interface Comparands {
  /** Reward of the greedy response to each question, for "remax". */
  readonly greedyRewards?: readonly number[];
  /** Of each token: the critic's value for "gae", the implicit process reward for "prime". */
  readonly scores?: TokenTable;
}

/**
 * Advantages of a step by the estimator. "grpo", "dr-grpo" and "rloo": `groupAdvantages` on every token.
 * "reinforce++-baseline": reward minus the group's mean, then whitened over all tokens of the step (arXiv 2501.03262).
 * "reinforce++": the reward still to come, whitened, with no group at all (same source). "remax": the reward still to
 * come minus the reward of the greedy response to the question (arXiv 2310.10505, algorithm 2), which only it needs.
 * "gae": `generalisedAdvantages`. "prime": what is still to come of `combinedRewards`, whitened.
 */
export function stepAdvantages(
  rewards: TokenTable,
  estimation: Estimation,
  { greedyRewards = [], scores = [] }: Comparands = {},
): Float64Array[][] {
  const { advantage: estimator, gamma } = estimation;
  const toCome = (table: TokenTable, discount: number): Float64Array[][] =>
    table.map((group) => group.map((tokens) => rewardsToCome(tokens, discount)));
  switch (estimator) {
    case "grpo":
    case "dr-grpo":
    case "rloo":
      return broadcast(rewards, estimator);
    case "reinforce++-baseline":
      return whiten(broadcast(rewards, "dr-grpo"));
    case "reinforce++":
      return whiten(toCome(rewards, gamma));
    case "remax":
      return toCome(rewards, 1).map((group, question) => {
        const baseline = greedyRewards[question];
        if (baseline === undefined) throw new Error(`no greedy reward for question ${question} of the step`);
        return group.map((tokens) => tokens.map((reward) => reward - baseline));
      });
    case "gae":
      return generalisedAdvantages(rewards, scores, estimation).advantages;
    case "prime":
      return whiten(toCome(combinedRewards(rewards, scores, estimation.processWeight), 1));
  }
}

/**
 * Generalised advantage estimation (arXiv 1506.02438, equation 16) for PPO: delta_t = r_t + gamma V_{t+1} - V_t with V = 0
 * after the last token, A_t = delta_t + gamma lambda A_{t+1}. `returns` = A + V, what the critic learns; the advantages
 * are whitened after that. `values[q][i][t]` predicts what follows before token t is known.
 */
export function generalisedAdvantages(
  rewards: TokenTable,
  values: TokenTable,
  { gamma, lambda }: Pick<Estimation, "gamma" | "lambda">,
): { readonly advantages: Float64Array[][]; readonly returns: Float64Array[][] } {
  const advantages = rewards.map((group, question) =>
    group.map((tokens, i) => {
      const predicted = values[question]?.[i];
      if (predicted?.length !== tokens.length) throw new Error("values and rewards differ in shape");
      const deltas = tokens.map(
        (reward, token) => reward + gamma * (predicted[token + 1] ?? 0) - (predicted[token] ?? 0),
      );
      return rewardsToCome(deltas, gamma * lambda);
    }),
  );
  const returns = advantages.map((group, question) =>
    group.map((tokens, i) => tokens.map((advantage, t) => advantage + (values[question]?.[i]?.[t] ?? 0))),
  );
  return { advantages: whiten(advantages), returns };
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
