/** Building blocks of the decoder in jax-js. Functions consume their arguments. */
import { nn, numpy as np, type Array as Values } from "@jax-js/jax";
import { ropeTable } from "../../src/webgpu/layout/ropeTable.ts";
import type { ModelConfig } from "../../src/model/language/config.ts";
import type { Sampled } from "./workload.ts";

/** Score of a masked key. */
export const MASKED = -1e9;

/** Returns x / rms(x) * weight. */
export function rmsNorm(x: Values, weight: Values, epsilon: number): Values {
  const mean = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(mean.add(epsilon))).mul(weight);
}

/** Adds `x` [R, Hkv*hd] to a zero slot of `cache` [R, S, Hkv, hd]; `at` [S] is one there. */
export function store(cache: Values, x: Values, at: Values): Values {
  const [rows = 0, slots = 0, heads = 0, headDim = 0] = cache.shape;
  const place = at.reshape([1, slots, 1, 1]);
  return cache.add(x.reshape([rows, 1, heads, headDim]).mul(place));
}

/** Draws tokens [R] by the Gumbel-max trick; returns them and their logprobs. */
export function draw(logits: Values, noise: Values): [Values, Values] {
  const vocabulary = logits.shape.at(-1) ?? 0;
  const ids = np.argmax(logits.ref.add(noise), -1);
  const logprob = np.sum(nn.logSoftmax(logits, -1).mul(nn.oneHot(ids.ref, vocabulary)), -1);
  return [ids, logprob];
}

/** Returns the mask [T, T] to add to scores. */
export function causalMask(lines: number): Values {
  const mask = Float32Array.from({ length: lines * lines }, (_, i) =>
    i % lines <= Math.floor(i / lines) ? 0 : MASKED,
  );
  return np.array(mask).reshape([lines, lines]);
}

/** Keys and values of the prompt [P, Hkv, hd] and of the responses [R, S, Hkv, hd], per layer. */
export interface Cache {
  readonly prefix: readonly (readonly [Values, Values])[];
  readonly suffix: readonly (readonly [Values, Values])[];
}

/** Inputs of a training step: [rows * lines], or constants. */
export interface Batch {
  readonly inputs: Values;
  readonly targets: Values;
  /** Advantage divided by the number of scored tokens; 0 in the prompt. */
  readonly gains: Values;
  readonly old: Values;
  readonly cos: Values;
  readonly sin: Values;
  readonly mask: Values;
  readonly corrections: Values;
}

/** Inputs of a decoding step. */
export interface Step {
  readonly ids: Values;
  readonly cos: Values;
  readonly sin: Values;
  /** One where the step's keys and values are stored: [S] */
  readonly at: Values;
  /** Mask of the rows' own tokens: [S] */
  readonly hidden: Values;
  readonly noise: Values;
}

/** Reads the tokens and logprobs of all steps into rows. */
export async function collect(
  rows: number,
  drawn: readonly Values[],
  logprobs: readonly Values[],
): Promise<Sampled[]> {
  const ids = await Promise.all(drawn.map((values) => values.data()));
  const values = await Promise.all(logprobs.map((step) => step.data()));
  return Array.from({ length: rows }, (_, row) => ({
    tokens: Int32Array.from(ids, (step) => step[row] ?? 0),
    logprobs: Float32Array.from(values, (step) => step[row] ?? Number.NaN),
  }));
}

/** Returns cosines and sines [count, 1, hd / 2] of positions from `start`. */
export function rope(config: ModelConfig, start: number, count: number): [Values, Values] {
  const { headDim } = config;
  const half = headDim / 2;
  const table = ropeTable(start + count, config);
  const part = (offset: number): Values => {
    const values = Float32Array.from({ length: count * half }, (_, i) => {
      const [row, column] = [start + Math.floor(i / half), i % half];
      return table[row * headDim + offset * half + column] ?? 0;
    });
    return np.array(values).reshape([count, 1, half]);
  };
  return [part(0), part(1)];
}
