/** A decoder's parameters as TensorFlow.js tensors. */
import { weightsInMemory } from "../../formats/numbers/weightSource.ts";
import * as tf from "../../ops/tf.ts";
import type { ModelConfig } from "../language/config.ts";
import { checkWeights, parameterShapes, type HostTensor } from "../weights/parameters.ts";

/** Tensors by Hugging Face name; matrices are [out, in]. */
export type Parameters = ReadonlyMap<string, tf.Tensor>;

/** Uploads a decoder's weights to the backend. Throws, naming the tensors, if any is missing or has the wrong shape. */
export function loadParameters(
  config: ModelConfig,
  weights: ReadonlyMap<string, HostTensor>,
): Map<string, tf.Tensor> {
  checkWeights(config, weightsInMemory(weights).shapes);
  return uploadTensors([...parameterShapes(config).keys()], weights);
}

/** Uploads the named tensors to the backend. */
export function uploadTensors(
  names: readonly string[],
  tensors: ReadonlyMap<string, HostTensor>,
): Map<string, tf.Tensor> {
  const uploaded = new Map<string, tf.Tensor>();
  for (const name of names) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`there is no tensor ${name}`);
    const { shape, data } = tensor;
    uploaded.set(name, tf.keep(tf.tensor(data, [...shape])));
  }
  return uploaded;
}

/** Reads tensors to the host, by name. */
export async function downloadTensors(tensors: Parameters): Promise<Map<string, HostTensor>> {
  const host = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors)
    host.set(name, { shape: tensor.shape, data: await tensor.data<"float32">() });
  return host;
}
