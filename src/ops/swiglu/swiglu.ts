import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { swigluComposite } from "./composite.ts";
import { swigluFused } from "./fused.ts";

/** SwiGLU activation (arXiv 2002.05202): `silu(gate) * up`, both [M,F] -> [M,F]. */
export function swiglu(gate: tf.Tensor, up: tf.Tensor): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? swigluComposite(gate, up) : swigluFused(kernels, gate, up);
}
