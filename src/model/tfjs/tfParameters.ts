/** A decoder's parameters as TensorFlow.js tensors. */
import { weightsInMemory } from "../../formats/numbers/weightSource.ts";
import * as tf from "../../ops/tf.ts";
import type { ModelConfig } from "../language/config.ts";
import { checkWeights, parameterShapes, type HostTensor } from "../weights/parameters.ts";

/** Tensors by Hugging Face name; matrices are [out, in]. */
export type Parameters = ReadonlyMap<string, tf.Tensor>;

/** Puts a decoder's weights on the backend. Throws, naming the tensors, when any is missing or misshapen. */
export function loadParameters(
  config: ModelConfig,
  weights: ReadonlyMap<string, HostTensor>,
): Map<string, tf.Tensor> {
  checkWeights(config, weightsInMemory(weights).shapes);
  return uploadTensors([...parameterShapes(config).keys()], weights);
}

/** Puts the tensors of these names on the backend. */
export function uploadTensors(
  names: readonly string[],
  tensors: ReadonlyMap<string, HostTensor>,
): Map<string, tf.Tensor> {
  const uploaded = new Map<string, tf.Tensor>();
  for (const name of names) {
    const { shape, data } = tensors.get(name) ?? missing(name);
    uploaded.set(name, tf.keep(tf.tensor(data, [...shape])));
  }
  return uploaded;
}

function missing(name: string): never {
  throw new Error(`there is no tensor ${name}`);
}

/** Reads tensors back to the host, by name. */
export async function downloadTensors(tensors: Parameters): Promise<Map<string, HostTensor>> {
  const host = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors)
    host.set(name, { shape: tensor.shape, data: await tensor.data<"float32">() });
  return host;
}
