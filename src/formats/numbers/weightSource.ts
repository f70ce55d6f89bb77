/** Access to weights tensor by tensor, so that a large model is never in memory twice. */
import type { Tensor } from "../../math/tensor.ts";

/** Weights with known names and shapes, whose values are read on demand. */
export interface WeightSource {
  /** By Hugging Face name; row-major, matrices [out, in]. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Reads a tensor's values, valid until the next call. Throws or rejects for an unknown name. */
  readonly read: (name: string) => Promise<Float32Array>;
  /** Reads the values [start, end) of a tensor, where the source can; otherwise as `read`. */
  readonly readPart?: (name: string, start: number, end: number) => Promise<Float32Array>;
}

/** Creates a source from weights in memory. */
export function weightsInMemory(weights: ReadonlyMap<string, Tensor>): WeightSource {
  return {
    shapes: new Map([...weights].map(([name, { shape }]) => [name, shape])),
    read: (name) => Promise.resolve((weights.get(name) ?? failMissing(name)).data),
  };
}

/** Reads a tensor with its shape. Rejects for an unknown name. */
export async function readWeight({ shapes, read }: WeightSource, name: string): Promise<Tensor> {
  const shape = shapes.get(name) ?? failMissing(name);
  return { shape, data: await read(name) };
}

/** Reads all weights into memory. */
export async function allWeights(source: WeightSource): Promise<Map<string, Tensor>> {
  const weights = new Map<string, Tensor>();
  for (const name of source.shapes.keys()) weights.set(name, await readWeight(source, name));
  return weights;
}

/** Throws the error for an unknown tensor. */
export function failMissing(name: string): never {
  throw new Error(`there is no tensor ${name}`);
}
