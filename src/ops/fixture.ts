/** For tests: random inputs, and the comparison of an operation with its float64 reference. */
import { expect } from "vitest";
import { createRandom } from "../math/random.ts";
import { IMPLEMENTATIONS, useImplementation } from "./testBackend.ts";
import * as tf from "./tf.ts";

/** Numbers of a tensor, each exactly a float32, held in float64 for the reference. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Normal random numbers. */
export function normals(seed: number, shape: readonly number[], scale = 1): Values {
  const random = createRandom(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  return { shape, data: Float64Array.from({ length: size }, () => Math.fround(random.normal() * scale)) };
}

/** Random integers in [0, limit). */
export function indices(seed: number, count: number, limit: number): Int32Array {
  const random = createRandom(seed);
  return Int32Array.from({ length: count }, () => random.integer(0, limit - 1));
}

/** The values as a tensor on the current backend. */
export function toTensor({ shape, data }: Values): tf.Tensor {
  return tf.tensor(Float32Array.from(data), [...shape]);
}

/** Fails unless all numbers agree within `tolerance` times the largest expected magnitude, or `least` if larger. */
export function expectClose(
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  least = 0,
): void {
  expect(found.length, what).toBe(expected.length);
  let scale = least;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    if (Math.abs(found[i]! - expected[i]!) <= tolerance * scale) continue;
    expect.fail(`${what}: entry ${i} is ${found[i]}, expected ${expected[i]} within ${tolerance * scale}`);
  }
}

export type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;
export type Reference = (...inputs: Float64Array[]) => Float64Array;

/** Relative to the largest entry: a few float32 roundings (6e-8 each) added up at random over sums of up to 200 terms. */
export const VALUE_TOLERANCE = 2e-6;

/** As above, but a gradient is a sum of products of such sums; and the finite difference itself is good to 1e-7. */
const GRADIENT_TOLERANCE = 1e-5;

/** Gradients below this are the difference of larger numbers, whose roundings stay. */
const LEAST_GRADIENT = 0.1;

/** How many entries of each input's gradient are compared with finite differences. */
const SAMPLES = 16;

/** Derivative of sum(reference * weights) by one entry of one input: central difference in float64. */
function finiteDifference(
  reference: Reference,
  inputs: readonly Values[],
  weights: Float64Array,
  input: number,
  entry: number,
) {
  const step = 1e-4;
  const at = (offset: number): number => {
    const moved = inputs.map(({ data }) => Float64Array.from(data));
    moved[input]![entry]! += offset;
    return reference(...moved).reduce((sum, value, i) => sum + value * weights[i]!, 0);
  };
  return (at(step) - at(-step)) / (2 * step);
}

/** What an operation should give for some inputs, by its float64 reference. */
export interface Expectation {
  readonly inputs: readonly Values[];
  readonly value: Float64Array;
  /** The gradients are those of the sum of value times these. */
  readonly weights: Values;
  /** Which entries of each input's gradient are known, and their values. */
  readonly entries: readonly (readonly number[])[];
  readonly gradients: readonly (readonly number[])[];
}

/** Computes the value, and some entries of the gradients as finite differences. */
export function expectation(reference: Reference, inputs: readonly Values[]): Expectation {
  const value = reference(...inputs.map(({ data }) => data));
  const weights = normals(1234, [value.length]);
  const random = createRandom(77);
  const entries = inputs.map(({ data }) =>
    Array.from({ length: Math.min(SAMPLES, data.length) }, () => random.integer(0, data.length - 1)),
  );
  const gradients = entries.map((sampled, input) =>
    sampled.map((entry) => finiteDifference(reference, inputs, weights.data, input, entry)),
  );
  return { inputs, value, weights, entries, gradients };
}

/** Runs the operation on the current backend and compares. Returns all of the gradients. */
export async function expectHere(
  what: string,
  operation: Operation,
  { inputs, value, weights, entries, gradients }: Expectation,
  tolerance = { value: VALUE_TOLERANCE, gradient: GRADIENT_TOLERANCE },
): Promise<Float64Array[]> {
  const tensors = inputs.map(toTensor);
  const shaped = (...xs: tf.Tensor[]): tf.Tensor => operation(...xs).reshape([value.length]);
  const weighted = (...xs: tf.Tensor[]): tf.Scalar => tf.sum(tf.mul(shaped(...xs), toTensor(weights)));
  const results = [shaped(...tensors), ...tf.grads(weighted)(tensors)];
  const [found, ...grads] = await Promise.all(results.map(async (x) => Float64Array.from(await x.data())));
  expectClose(`${what}: value`, found!, value, tolerance.value);
  grads.forEach((grad, input) => {
    const sampled = entries[input]!.map((entry) => grad[entry]!);
    const least = Math.max(LEAST_GRADIENT, ...grad.map(Math.abs)); // the sample may miss the large ones
    expectClose(`${what}: gradient ${input}`, sampled, gradients[input]!, tolerance.gradient, least);
  });
  tf.dispose([tensors, results]);
  return grads;
}

/**
 * Runs an operation every way it can be computed in Node. Values must agree with the float64 reference, gradients
 * with its finite differences and with the stock operations' automatic differentiation.
 */
export async function expectEverywhere(
  operation: Operation,
  reference: Reference,
  inputs: readonly Values[],
): Promise<void> {
  const expected = expectation(reference, inputs);
  let automatic: Float64Array[] | undefined;
  for (const implementation of IMPLEMENTATIONS) {
    await useImplementation(implementation);
    const grads = await expectHere(implementation, operation, expected);
    automatic ??= grads;
    for (const [input, grad] of grads.entries()) {
      const what = `${implementation}: whole gradient ${input}`;
      expectClose(what, grad, automatic[input]!, GRADIENT_TOLERANCE, LEAST_GRADIENT);
    }
  }
}
