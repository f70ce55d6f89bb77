/** Dropout of an adapter's inputs, in training. */
import { createRandom, type Random } from "../../../math/random.ts";
import * as tf from "../../../ops/tf.ts";

/** First random stream of the masks, distinct from a run's other streams of the same seed. */
const FIRST_STREAM = 0x10000;

/**
 * Draws masks from the seed and the number of the update, so that a resumed run repeats them. Each target module has its
 * own mask; rows that share a prompt share its mask.
 */
export class Dropout {
  readonly #rate: number;
  readonly #seed: number;
  #random: Random | null = null;

  constructor(rate: number, seed: number) {
    this.#rate = rate;
    this.#seed = seed;
  }

  /** Returns the dropout function of update `update`, counted from 0; null at rate 0. */
  during(update: number): ((x: tf.Tensor) => tf.Tensor) | null {
    if (this.#rate === 0) return null;
    const random = (this.#random ??= createRandom(this.#seed, FIRST_STREAM + update));
    return (x) => tf.mul(x, dropoutMask(x.shape, this.#rate, random));
  }

  /** Ends an update, completed or aborted. */
  end(): void {
    this.#random = null;
  }
}

/** Returns a mask of 0 with probability `rate`, else 1 / (1 - rate). */
export function dropoutMask(shape: number[], rate: number, random: Random): tf.Tensor {
  const mask = new Float32Array(tf.util.sizeFromShape(shape));
  const kept = 1 / (1 - rate);
  for (let i = 0; i < mask.length; i++) mask[i] = random.uniform() < rate ? 0 : kept;
  return tf.tensor(mask, shape);
}
