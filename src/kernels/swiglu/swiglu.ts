import type * as tf from "../tf.ts";
import { swigluComposite } from "./composite.ts";

/** The gated activation of a Llama block: `silu(gate) * up`, both [M,F] -> [M,F]. */
export function swiglu(gate: tf.Tensor, up: tf.Tensor): tf.Tensor2D {
  return swigluComposite(gate, up);
}
