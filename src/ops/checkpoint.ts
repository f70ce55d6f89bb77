import { differentiable } from "./differentiable.ts";
import * as tf from "./tf.ts";

/**
 * Computes `f(inputs, constants)` and keeps nothing of it for the way back but what it was given: there `f` is computed again
 * with what its gradient needs (gradient checkpointing, arXiv 1604.06174). All inputs must matter to the result.
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

/** Takes gradients while others are on their way back: the engine has one tape, which would be thrown away with theirs. */
function aside<T>(gradients: () => T): T {
  const { state } = tf.engine();
  const { activeTape } = state;
  try {
    return gradients();
  } finally {
    state.activeTape = activeTape;
  }
}
