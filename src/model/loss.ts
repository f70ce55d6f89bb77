/** Token losses: next-token prediction for pretraining, clipped policy gradient for reinforcement learning. */
import { gatherRows } from "../kernels/gatherRows/gatherRows.ts";
import * as tf from "../kernels/tf.ts";
import type { TokenLogprob } from "../kernels/tokenLogprob/result.ts";
import { tokenLogprob } from "../kernels/tokenLogprob/tokenLogprob.ts";
import { causal, indices, packRows, type PackedRows } from "./packedRows.ts";
import { causalWhole, shareRows, type SharedRows } from "./sharedPrompts.ts";
import { hiddenStates, logitsOf, type Decoder } from "./transformer.ts";

/** Rows of tokens and which of them a loss looks at: token t of a row is predicted from those before it. */
export interface ScoredRows<Inputs = PackedRows | SharedRows> {
  /** Rows without their last token, which predicts nothing. */
  readonly inputs: Inputs;
  /** For each of K scored tokens, the packed index whose hidden state predicts it: [K] */
  readonly predictors: Int32Array;
  /** The scored tokens: [K] */
  readonly targets: Int32Array;
}

/** Lays out rows for scoring every token from `firsts[i]` (at least 1) of row i on. */
export function scoreFrom(
  rows: readonly ArrayLike<number>[],
  firsts: readonly number[],
): ScoredRows<PackedRows> {
  const inputs = packRows(rows.map(withoutLast));
  return { inputs, ...scoredTokens(rows, firsts, (row, t) => (inputs.starts[row] ?? 0) + t) };
}

/** The same of responses that start at `firsts[i]`; neighbours with the same prompt share it. */
export function scoreResponses(
  rows: readonly ArrayLike<number>[],
  firsts: readonly number[],
): ScoredRows<SharedRows> {
  const inputs = shareRows(rows.map(withoutLast), firsts);
  const { starts, packedAt } = inputs.whole;
  return {
    inputs,
    ...scoredTokens(rows, firsts, (row, t) => packedAt[(starts[row] ?? 0) + t] as number), // t is in the row
  };
}

function withoutLast(row: ArrayLike<number>): number[] {
  return Array.prototype.slice.call(row, 0, row.length - 1) as number[]; // of numbers, as the row is
}

/** The scored tokens and their predictors; `placeOf` gives the packed index of a row's token. */
function scoredTokens(
  rows: readonly ArrayLike<number>[],
  firsts: readonly number[],
  placeOf: (row: number, t: number) => number,
) {
  const predictors: number[] = [];
  const targets: number[] = [];
  for (const [i, row] of rows.entries()) {
    for (let t = firsts[i] ?? 1; t < row.length; t++) {
      predictors.push(placeOf(i, t - 1));
      targets.push(row[t] as number); // t < row.length
    }
  }
  return { predictors: Int32Array.from(predictors), targets: Int32Array.from(targets) };
}

/** Logprob and entropy [K] of the scored tokens under softmax(logits / temperature). */
export function scoreTokens(decoder: Decoder, rows: ScoredRows, temperature: number): TokenLogprob {
  const { inputs, predictors, targets } = rows;
  const attend =
    "whole" in inputs ? causalWhole(decoder.config, inputs.whole) : causal(decoder.config, inputs.starts);
  const hidden = hiddenStates(decoder, indices(inputs.tokens), indices(inputs.positions), attend);
  const logits = logitsOf(decoder, gatherRows(hidden, indices(predictors)));
  return tokenLogprob(temperature === 1 ? logits : tf.div(logits, temperature), indices(targets));
}

/** What the policy loss needs of each scored token: all [K]. */
export interface PolicyTargets {
  readonly advantages: tf.Tensor;
  /** Logprobs when the tokens were sampled. */
  readonly oldLogprobs: tf.Tensor;
  /** Logprobs under the initial model, or null when KL is not asked for. */
  readonly referenceLogprobs: tf.Tensor | null;
}

/** Constants of the policy loss. */
export interface PolicyLossOptions {
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly klCoefficient: number;
  readonly normalizer: number;
}

/**
 * Clipped policy loss (PPO, arXiv 1707.06347, eq. 7; token mean as in DAPO, arXiv 2503.14476, eq. 8):
 *   sum over tokens of [ -min(r A, clip(r, 1 - clipLow, 1 + clipHigh) A) + klCoefficient * k3 ] / normalizer,
 * r = exp(logprob - oldLogprob), k3 = exp(d) - d - 1 with d = referenceLogprob - logprob. A scalar.
 */
export function policyLoss(
  logprobs: tf.Tensor,
  targets: PolicyTargets,
  options: PolicyLossOptions,
): tf.Scalar {
  const { clipLow, clipHigh, klCoefficient, normalizer } = options;
  const ratio = tf.exp(tf.sub(logprobs, targets.oldLogprobs));
  const free = tf.mul(ratio, targets.advantages);
  const clipped = tf.mul(tf.clipByValue(ratio, 1 - clipLow, 1 + clipHigh), targets.advantages);
  const gain = tf.sum(tf.minimum(free, clipped));
  if (targets.referenceLogprobs === null) return tf.div(tf.neg(gain), normalizer).asScalar();
  const penalty = tf.mul(tf.sum(k3(logprobs, targets.referenceLogprobs)), klCoefficient);
  return tf.div(tf.sub(penalty, gain), normalizer).asScalar();
}

/** k3 estimate of KL(policy || reference) a token (Schulman, "Approximating KL divergence"): [K], never negative. */
function k3(logprobs: tf.Tensor, referenceLogprobs: tf.Tensor): tf.Tensor {
  const difference = tf.sub(referenceLogprobs, logprobs);
  return tf.sub(tf.sub(tf.exp(difference), difference), 1);
}

/** Weighted next-token loss: sum over tokens of -weight * logprob / normalizer. A scalar. */
export function predictionLoss(logprobs: tf.Tensor, weights: tf.Tensor, normalizer: number): tf.Scalar {
  return tf.div(tf.neg(tf.sum(tf.mul(logprobs, weights))), normalizer).asScalar();
}
