import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { tokenLogprobComposite } from "./composite.ts";
import { tokenLogprobFused } from "./fused.ts";
import type { TokenLogprob } from "./result.ts";

/** Log-probability of token `ids[m]` under `softmax(logits[m])` and its entropy, in nats: `logits [M,V]`, `ids [M]` -> [M]. */
export function tokenLogprob(logits: tf.Tensor, ids: tf.Tensor): TokenLogprob {
  const kernels = activeKernels();
  return kernels === undefined ? tokenLogprobComposite(logits, ids) : tokenLogprobFused(kernels, logits, ids);
}
