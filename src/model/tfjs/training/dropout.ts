/** Dropout of an adapter's inputs, in training alone. */
import { createRandom, type Random } from "../../../math/random.ts";
import * as tf from "../../../ops/tf.ts";

/** Keeps masks apart from a run's other draws of the same seed: streams from here on are theirs. */
const FIRST_STREAM = 0x10000;

/**
 * Masks in the order they are asked for, from the seed and the number of the update: an update repeats whatever came
 * before it. Each module has its own; rows that share a prompt share its mask.
 */
export class Dropout {
  readonly #rate: number;
  readonly #seed: number;
  #random: Random | null = null;

  constructor(rate: number, seed: number) {
    this.#rate = rate;
    this.#seed = seed;
  }

  /** What drops out of the inputs of update number `update`, counted from 0; null where nothing does. */
  during(update: number): ((x: tf.Tensor) => tf.Tensor) | null {
    if (this.#rate === 0) return null;
    const random = (this.#random ??= createRandom(this.#seed, FIRST_STREAM + update));
    return (x) => tf.mul(x, dropoutMask(x.shape, this.#rate, random));
  }

  /** The update is done or given up. */
  end(): void {
    this.#random = null;
  }
}

/** 0 with probability `rate`, else 1 / (1 - rate): the mean stays. */
export function dropoutMask(shape: number[], rate: number, random: Random): tf.Tensor {
  const mask = new Float32Array(tf.util.sizeFromShape(shape));
  const kept = 1 / (1 - rate);
  for (let i = 0; i < mask.length; i++) mask[i] = random.uniform() < rate ? 0 : kept;
  return tf.tensor(mask, shape);
}
