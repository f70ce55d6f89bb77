import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { tokenLogprobComposite } from "./composite.ts";
import { tokenLogprobFused } from "./fused.ts";

/** Per row, in nats. */
export interface TokenLogprob {
  /** Log-probability of the row's token under the softmax of its logits; [M], differentiable. */
  readonly logprob: tf.Tensor1D;
  /** Entropy of that softmax; [M]. Asking for its gradient throws. */
  readonly entropy: tf.Tensor1D;
}

/** Log-probability of token `ids[m]` under `softmax(logits[m])`, and that distribution's entropy: [M,V], [M]. */
export function tokenLogprob(logits: tf.Tensor, ids: tf.Tensor): TokenLogprob {
  const kernels = activeKernels();
  return kernels === undefined ? tokenLogprobComposite(logits, ids) : tokenLogprobFused(kernels, logits, ids);
}
