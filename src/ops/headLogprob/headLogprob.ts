import {
  frozenLinear,
  linear,
  mapRows,
  weightGradient,
  writeInputGradient,
  type Rows,
} from "../linear/linear.ts";
import * as tf from "../tf.ts";
import {
  type TokenLogprob,
  tokenLogprob,
  entropyGradient,
  emptyScores,
  logprobGradient,
  writeScores,
} from "../tokenLogprob/tokenLogprob.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

interface HeadOptions {
  /** Maximum number of logits in memory. */
  readonly mostLogits: number;
  /** Only `hidden` gets a gradient. */
  readonly frozen: boolean;
}

/** Log-probability of token `ids[m]` under `softmax(hidden[m] wᵀ)` and its entropy, in nats: `hidden [M,D]`, `w [V,D]`, `ids [M]` -> [M]. */
export function headLogprob(
  hidden: tf.Tensor,
  w: tf.Tensor,
  ids: tf.Tensor,
  { mostLogits, frozen }: HeadOptions,
): TokenLogprob {
  const kernels = activeKernels();
  const [vocabulary = 1] = w.shape;
  if (kernels === undefined || ids.size * vocabulary <= mostLogits)
    return tokenLogprob(frozen ? frozenLinear(hidden, w) : linear(hidden, w), ids);
  const rows = Math.max(1, Math.floor(mostLogits / vocabulary));
  return headLogprobFused(kernels, hidden, w, ids, { rows, frozen });
}

interface ChunkOptions {
  /** Rows whose logits are in memory at the same time. */
  readonly rows: number;
  readonly frozen: boolean;
}

/**
 * Log-probabilities and entropies with the WASM kernels, a few rows at a time. Logits are not kept: the backward pass
 * recomputes them, which makes four products instead of three.
 */
function headLogprobFused(
  kernels: WasmKernels,
  hidden: tf.Tensor,
  w: tf.Tensor,
  ids: tf.Tensor,
  { rows, frozen }: ChunkOptions,
): TokenLogprob {
  const [m, k] = matrixShape("headLogprob: hidden", hidden);
  const [v] = matrixShape("headLogprob: w", w);
  expectShape("headLogprob: w", w, [v, k]);
  expectShape("headLogprob: ids", ids, [m]);
  kernels.expectIndices("headLogprob: ids", ids, v);
  const scores = emptyScores(kernels, m);
  for (const chunk of chunksOf(m, rows)) {
    const logits = mapRows(kernels, hidden, w, chunk);
    writeScores(kernels, logits, ids, scores, chunk.begin);
    logits.dispose();
  }
  const inputs = frozen ? [hidden] : [hidden, w];
  const back = { kernels, rows, frozen };
  const logprob = differentiable(inputs, () => ({
    value: scores.logprob,
    saved: [hidden, w, ids, scores.lse],
    backward: (dy, saved) => {
      const kept = { ids: nth(saved, 2), lse: nth(saved, 3) };
      return sendBack(back, saved, (logits, { begin }) => logprobGradient(kernels, dy, logits, kept, begin));
    },
  }));
  const entropy = differentiable(inputs, () => ({
    value: scores.entropy,
    saved: [hidden, w, scores.entropy],
    backward: (dy, saved) =>
      sendBack(back, saved, (logits, { begin, end }) => {
        const own = (all: tf.Tensor): tf.Tensor => tf.slice(all, [begin], [end - begin]);
        return tf.tidy(() => entropyGradient(own(dy), logits, own(nth(saved, 2))));
      }),
  }));
  scores.lse.dispose();
  return { logprob: logprob as tf.Tensor1D, entropy: entropy as tf.Tensor1D }; // one number per row
}

function chunksOf(m: number, rows: number): Rows[] {
  return Array.from({ length: Math.ceil(m / rows) }, (_, i) => ({
    begin: i * rows,
    end: Math.min(m, (i + 1) * rows),
  }));
}

/** Gradients of hidden states and matrix, the first two of `saved`, from the gradients of logits of a few rows at a time. */
function sendBack(
  { kernels, rows, frozen }: ChunkOptions & { readonly kernels: WasmKernels },
  saved: readonly tf.Tensor[],
  gradientOf: (logits: tf.Tensor, chunk: Rows) => tf.Tensor,
): tf.Tensor[] {
  const [hidden, w] = [nth(saved, 0), nth(saved, 1)];
  const [m, k] = matrixShape("headLogprob: hidden", hidden);
  const dhidden = kernels.output([m, k]);
  let dw: tf.Tensor | null = null;
  for (const chunk of chunksOf(m, rows)) {
    const logits = mapRows(kernels, hidden, w, chunk);
    const dlogits = gradientOf(logits, chunk);
    logits.dispose();
    writeInputGradient(kernels, dlogits, w, dhidden, chunk.begin);
    if (!frozen) dw = addTo(dw, weightGradient(kernels, dlogits, hidden, chunk.begin));
    dlogits.dispose();
  }
  return dw === null ? [dhidden] : [dhidden, dw];
}

function addTo(sum: tf.Tensor | null, next: tf.Tensor): tf.Tensor {
  if (sum === null) return next;
  const both = tf.add(sum, next);
  tf.dispose([sum, next]);
  return both;
}
