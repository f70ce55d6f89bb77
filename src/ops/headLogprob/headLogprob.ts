import { frozenLinear, linear } from "../linear/linear.ts";
import type * as tf from "../tf.ts";
import type { TokenLogprob } from "../tokenLogprob/result.ts";
import { tokenLogprob } from "../tokenLogprob/tokenLogprob.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { headLogprobFused } from "./fused.ts";

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
