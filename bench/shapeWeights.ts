/** Random weights of a published model's shape, each tensor generated when read. */
import type { WeightSource } from "../src/formats/numbers/weightSource.ts";
import { elementCount } from "../src/math/tensor.ts";
import { createRandom } from "../src/math/random.ts";
import type { ModelConfig } from "../src/model/language/config.ts";
import { parameterShapes } from "../src/model/weights/parameters.ts";

/** Number of draws, which are repeated: drawing billions would take longer than the measured step. */
const DRAWN = 2 ** 20 + 7;
/** Standard deviation. */
const DEVIATION = 0.02;

/** Returns norms of one, biases of zero and normal matrices. */
export function shapeWeights(config: ModelConfig, seed: number): WeightSource {
  const shapes = parameterShapes(config);
  const random = createRandom(seed);
  const drawn = Float32Array.from({ length: DRAWN }, () => DEVIATION * random.normal());
  const starts = new Map([...shapes.keys()].map((name) => [name, random.integer(0, DRAWN)]));
  return {
    shapes,
    read(name) {
      const data = new Float32Array(elementCount(shapes.get(name) ?? []));
      if (name.endsWith("norm.weight")) data.fill(1);
      else if (name.endsWith(".weight")) repeat(data, drawn, starts.get(name) ?? 0);
      return Promise.resolve(data);
    },
  };
}

/** Fills `data` with `drawn` repeated, from index `start`. */
function repeat(data: Float32Array, drawn: Float32Array, start: number): void {
  for (let at = 0, from = start; at < data.length; from = 0) {
    const piece = drawn.subarray(from, Math.min(drawn.length, from + data.length - at));
    data.set(piece, at);
    at += piece.length;
  }
}
