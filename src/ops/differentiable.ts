import * as tf from "./tf.ts";

/** Result of an operation with a hand-written gradient. */
export interface Forward {
  readonly value: tf.Tensor;
  /** Tensors that the backward pass reads; others are disposed after the forward pass. */
  readonly saved: tf.Tensor[];
  /** Computes one gradient per input, in the order of the inputs. */
  readonly backward: (dy: tf.Tensor, saved: readonly tf.Tensor[]) => tf.Tensor[];
}

/** True while the engine records operations for a gradient. */
function recording(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/** Typed `tf.customGrad`: an operation on `inputs` with a hand-written gradient. */
export function differentiable(inputs: tf.Tensor[], forward: () => Forward): tf.Tensor {
  if (!recording()) return tf.tidy(() => forward().value);
  const op = tf.customGrad((...args) => {
    const { value, saved, backward } = forward();
    const save = args[args.length - 1] as (tensors: tf.Tensor[]) => void; // customGrad passes it last
    save(saved);
    return { value, gradFunc: backward };
  });
  return op(...inputs);
}

/** A tensor by its place among the saved ones; a missing one is a bug. */
export function nth(tensors: readonly tf.Tensor[], index: number): tf.Tensor {
  const tensor = tensors[index];
  if (tensor === undefined) throw new Error(`tensor ${index} of ${tensors.length} does not exist`);
  return tensor;
}

/** `a + b` of equal shapes; unlike `tf.add` it keeps neither for the backward pass. */
export function sum(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return differentiable([a, b], () => ({
    value: tf.add(a, b),
    saved: [],
    backward: (dy) => [dy, tf.clone(dy)],
  }));
}
