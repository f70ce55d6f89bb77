import * as tf from "../tf.ts";
import { operation } from "../wasm/installWasmKernels.ts";
import { at } from "../../math/at.ts";
import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** Per row, in nats. */
export interface TokenLogprob {
  /** Log-probability of the row's token under the softmax of its logits; [M], differentiable. */
  readonly logprob: tf.Tensor1D;
  /** Entropy of that softmax; [M], differentiable. */
  readonly entropy: tf.Tensor1D;
}

/** Log-probability of token `ids[m]` under `softmax(logits[m])` and its entropy, in nats: `logits [M,V]`, `ids [M]` -> [M]. */
export const tokenLogprob = operation(tokenLogprobFused, tokenLogprobComposite);

function tokenLogprobComposite(logits: tf.Tensor, ids: tf.Tensor): TokenLogprob {
  const vocabulary = at(logits.shape, 1);
  const logprob = tf.tidy(() => {
    const oneHot = tf.oneHot(tf.cast(ids, "int32"), vocabulary);
    return tf.sum<tf.Tensor1D>(tf.mul(tf.logSoftmax(logits), tf.cast(oneHot, "float32")), 1);
  });
  const entropy = entropyOnTape(logits, () => {
    const logprobs = tf.logSoftmax(logits);
    return tf.neg(tf.sum(tf.mul(tf.exp(logprobs), logprobs), 1));
  });
  return { logprob, entropy };
}

/**
 * Log-probability and entropy in one pass over the logits, with the WASM kernels. The gradient recomputes the softmax from
 * the kept log-sum-exp, so the only [M,V] buffer besides the logits is the gradient itself.
 */
function tokenLogprobFused(kernels: WasmKernels, logits: tf.Tensor, ids: tf.Tensor): TokenLogprob {
  const [m, v] = matrixShape("tokenLogprob: logits", logits);
  expectShape("tokenLogprob: ids", ids, [m]);
  kernels.expectIndices("tokenLogprob: ids", ids, v);
  // Computed outside the tape: a tape node has one output, and all three come from one pass.
  const scores = emptyScores(kernels, m);
  writeScores(kernels, logits, ids, scores, 0);
  const onTape = differentiable([logits], () => ({
    value: scores.logprob,
    saved: [logits, ids, scores.lse],
    backward: (dy, saved) => [
      logprobGradient(kernels, dy, nth(saved, 0), { ids: nth(saved, 1), lse: nth(saved, 2) }, 0),
    ],
  }));
  scores.lse.dispose();
  return { logprob: onTape as tf.Tensor1D, entropy: entropyOnTape(logits, () => scores.entropy) };
}

/** Scores of rows of logits [M]: log-probability of the token, entropy, and log-sum-exp. */
interface RowScores {
  readonly logprob: tf.Tensor;
  readonly entropy: tf.Tensor;
  readonly lse: tf.Tensor;
}

export function emptyScores(kernels: WasmKernels, m: number): RowScores {
  return { logprob: kernels.output([m]), entropy: kernels.output([m]), lse: kernels.output([m]) };
}

/** Scores logits [R, V], which are the rows from `first` on of ids and scores. */
export function writeScores(
  kernels: WasmKernels,
  logits: tf.Tensor,
  ids: tf.Tensor,
  scores: RowScores,
  first: number,
): void {
  const [m, v] = matrixShape("tokenLogprob: logits", logits);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor) + first * 4;
  const [logitsAt, idsAt] = [kernels.address(logits), kernels.address(ids, "int32") + first * 4];
  const [logprobAt, entropyAt, lseAt] = [at(scores.logprob), at(scores.entropy), at(scores.lse)];
  kernels.inParts("tokenLogprobForward", { count: m, work: 16 * v }, (begin, end) => {
    const row = begin * 4;
    const places = [logprobAt + row, entropyAt + row, lseAt + row] as const;
    return [logitsAt + begin * v * 4, idsAt + row, ...places, end - begin, v];
  });
}

/** Gradient of the logits [R, V], the rows from `first` on, from the gradient `dy` of the log-probabilities. */
export function logprobGradient(
  kernels: WasmKernels,
  dy: tf.Tensor,
  logits: tf.Tensor,
  { ids, lse }: { readonly ids: tf.Tensor; readonly lse: tf.Tensor },
  first: number,
): tf.Tensor {
  const [m, v] = matrixShape("tokenLogprob: logits", logits);
  const gradient = kernels.output([m, v]);
  const [dyAt, lseAt] = [kernels.address(dy) + first * 4, kernels.address(lse) + first * 4];
  const idsAt = kernels.address(ids, "int32") + first * 4;
  const [fromAt, toAt] = [kernels.address(logits), kernels.address(gradient)];
  kernels.inParts("tokenLogprobBackward", { count: m, work: 16 * v }, (begin, end) => {
    const [row, logit] = [begin * 4, begin * v * 4];
    return [dyAt + row, fromAt + logit, idsAt + row, lseAt + row, toAt + logit, end - begin, v];
  });
  return gradient;
}

/**
 * Records the entropy [M] on the tape with its gradient, which recomputes the softmax with stock operations: only the logits
 * are kept, and runs without the gradient have no cost.
 */
function entropyOnTape(logits: tf.Tensor, entropy: () => tf.Tensor): tf.Tensor1D {
  const onTape = differentiable([logits], () => {
    const value = entropy();
    return {
      value,
      saved: [logits, value],
      backward: (dy, saved) => [entropyGradient(dy, nth(saved, 0), nth(saved, 1))],
    };
  });
  return onTape as tf.Tensor1D; // one number per row
}

/** Gradient of the logits [M, V], -p (log p + entropy), times the gradient `dy` of the entropy of each row. */
export function entropyGradient(dy: tf.Tensor, logits: tf.Tensor, entropy: tf.Tensor): tf.Tensor {
  const logprobs = tf.logSoftmax(logits);
  const surprise = tf.add(logprobs, tf.expandDims(entropy, 1));
  return tf.neg(tf.mul(tf.mul(tf.exp(logprobs), surprise), tf.expandDims(dy, 1)));
}
