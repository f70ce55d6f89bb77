import { differentiable } from "./differentiable.ts";
import * as tf from "./tf.ts";

/**
 * Gradient checkpointing (arXiv 1604.06174): computes `f(inputs, constants)` and keeps only its arguments; the backward pass
 * recomputes `f`. The result must depend on all inputs.
 */
export function checkpoint(
  f: (inputs: readonly tf.Tensor[], constants: readonly tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  constants: tf.Tensor[],
): tf.Tensor {
  return differentiable(inputs, () => ({
    value: f(inputs, constants),
    saved: [...inputs, ...constants],
    backward: (dy, saved) => {
      const [given, fixed] = [saved.slice(0, inputs.length), saved.slice(inputs.length)];
      return aside(() => tf.grads((...again) => f(again, fixed))(given, dy));
    },
  }));
}

/** Computes gradients inside a backward pass, with a tape of its own: the engine has one tape, which would be lost. */
function aside<T>(gradients: () => T): T {
  const { state } = tf.engine();
  const { activeTape } = state;
  try {
    return gradients();
  } finally {
    state.activeTape = activeTape;
  }
}
