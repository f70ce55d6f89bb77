/**
 * The formulas of PRIME (arXiv 2502.01456): a second policy learns to tell rewarded responses from others, and the
 * logprobs that it gives beyond the initial model's are rewards of single tokens. Tables are [question][K][T].
 */
import { at } from "../../math/at.ts";
import { mean, sum } from "../../math/stats.ts";
import { rewardsToCome, type TokenTable } from "../contracts/tokenTable.ts";

/** Keeps the division finite while the reward model is the initial one; the authors' value. */
const EPSILON = 1e-6;

type LogprobTable = readonly (readonly Float32Array[])[];

/** Returns the log ratios log pi_phi - log pi_initial of each token [T] of a response. */
export function logRatios(logprobs: Float32Array, initial: Float32Array): Float64Array {
  if (logprobs.length !== initial.length) throw new Error("two models scored responses of different lengths");
  return Float64Array.from(logprobs, (logprob, token) => logprob - at(initial, token));
}

/**
 * Returns the implicit process rewards of a step: beta times the log ratio of each token but the last, which the outcome
 * rewards, all divided by the largest absolute sum from some token to a response's end. Up to the 1e-6 beta cancels.
 */
export function processRewards(
  logprobs: LogprobTable,
  initial: LogprobTable,
  beta: number,
): Float64Array[][] {
  const raw = logprobs.map((group, question) =>
    group.map((tokens, i) => {
      const rewards = logRatios(tokens, at(at(initial, question), i)).map((q) => beta * q);
      rewards[rewards.length - 1] = 0;
      return rewards;
    }),
  );
  const sums = raw.flat().flatMap((tokens) => [...rewardsToCome(tokens, 1)]);
  const largest = sums.reduce((extreme, value) => Math.max(extreme, Math.abs(value)), 0);
  return raw.map((group) => group.map((tokens) => tokens.map((reward) => reward / (largest + EPSILON))));
}

/**
 * Returns token rewards from both sources, each minus a leave-one-out baseline of its group: of n responses,
 * reward * n / (n - 1) minus the sum of the responses' means / (n - 1). The process reward, weighted by `processWeight`,
 * is compared at every token with means over tokens, the outcome at the last token. A single response earns 0.
 */
export function combinedRewards(
  outcomes: TokenTable,
  processes: TokenTable,
  processWeight: number,
): Float64Array[][] {
  return outcomes.map((group, question) => {
    const process = group.map((tokens, i) => {
      const found = at(at(processes, question), i);
      if (found.length !== tokens.length) throw new Error("process rewards and rewards differ in shape");
      return found;
    });
    const others = group.length - 1;
    if (others === 0) return group.map(({ length }) => new Float64Array(length));
    const totals = group.map((tokens) => sum([...tokens]));
    const outcomeBaseline = sum(totals) / others;
    const processBaseline = sum(process.map((tokens) => mean([...tokens]))) / others;
    const share = group.length / others;
    return process.map((tokens, i) => {
      const rewards = tokens.map((reward) => processWeight * (reward * share - processBaseline));
      const last = rewards.length - 1;
      rewards[last] = at(rewards, last) + at(totals, i) * share - outcomeBaseline;
      return rewards;
    });
  });
}

/** Returns the reward model's probability that a response is rewarded: sigmoid(beta * sum of log ratios). */
export function rewardProbability(ratios: Float64Array, beta: number): number {
  return 1 / (1 + Math.exp(-beta * sum([...ratios])));
}

/** Returns the binary cross-entropy (nats) of a probability and an outcome; logarithms are clamped at -100, as in PyTorch. */
export function crossEntropy(probability: number, outcome: number): number {
  const log = (value: number): number => Math.max(Math.log(value), -100);
  return -(outcome * log(probability) + (1 - outcome) * log(1 - probability));
}

/**
 * Returns how often the reward model ranks two responses of a group as the outcomes do, over the pairs whose outcomes
 * differ, weighted by the difference; a group without such a pair counts 1/2. Mean over groups.
 */
export function pairwiseAccuracy(
  scores: readonly (readonly number[])[],
  outcomes: readonly (readonly number[])[],
): number {
  return mean(scores.map((group, question) => groupAccuracy(group, at(outcomes, question))));
}

function groupAccuracy(scores: readonly number[], outcomes: readonly number[]): number {
  let [agreed, all] = [0, 0];
  for (const [i, first] of scores.entries()) {
    for (const [j, second] of scores.slice(i + 1).entries()) {
      const difference = at(outcomes, i) - at(outcomes, i + 1 + j);
      if (first > second === difference > 0) agreed += Math.abs(difference);
      all += Math.abs(difference);
    }
  }
  return all === 0 ? 0.5 : agreed / all;
}
