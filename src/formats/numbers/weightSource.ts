/** Weights that are handed over one tensor at a time, so that those of a large model are never all in memory twice. */
import type { Tensor } from "../../math/tensor.ts";

/** Names and shapes at once, numbers when their turn comes. */
export interface WeightSource {
  /** By Hugging Face name; row-major, matrices [out, in]. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** One tensor's numbers, to be read before the next is asked for; throws for a name that is not there. */
  readonly read: (name: string) => Promise<Float32Array>;
}

/** Weights that are in memory already. */
export function weightsInMemory(weights: ReadonlyMap<string, Tensor>): WeightSource {
  return {
    shapes: new Map([...weights].map(([name, { shape }]) => [name, shape])),
    read(name) {
      const tensor = weights.get(name);
      if (tensor === undefined) throw new Error(`there is no tensor ${name}`);
      return Promise.resolve(tensor.data);
    },
  };
}

/** One tensor with its shape. */
export async function readWeight({ shapes, read }: WeightSource, name: string): Promise<Tensor> {
  const shape = shapes.get(name);
  if (shape === undefined) throw new Error(`there is no tensor ${name}`);
  return { shape, data: await read(name) };
}

/** All of a source, where a model is to be in memory. */
export async function allWeights(source: WeightSource): Promise<Map<string, Tensor>> {
  const weights = new Map<string, Tensor>();
  for (const name of source.shapes.keys()) weights.set(name, await readWeight(source, name));
  return weights;
}

/** Numbers in a tensor of that shape. */
export function weightsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
