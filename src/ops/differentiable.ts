import * as tf from "./tf.ts";

/** What a hand-written operation computes, and how gradients flow back through it. */
export interface Forward {
  readonly value: tf.Tensor;
  /** Tensors the backward pass reads. They outlive the forward pass only when named here. */
  readonly saved: tf.Tensor[];
  /** One gradient per input, in the order of the inputs. Computed at once, not lazily. */
  readonly backward: (dy: tf.Tensor, saved: readonly tf.Tensor[]) => tf.Tensor[];
}

/** Whether operations are being recorded for a gradient, the engine's own rule. */
function recording(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/** `tf.customGrad` with types: an operation on `inputs` whose gradient is written by hand. */
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
