/** Weights that Hugging Face saved in several files: an index names, for each tensor, the file that holds it. */
import type { ByteSource } from "./byteSource.ts";
import type { JsonObject } from "./jsonObject.ts";
import { openSafetensors, readSafetensors, SafetensorsError, type Tensor } from "./safetensors.ts";

export const INDEX = "model.safetensors.index.json";

/** Tensor -> file, or what is wrong with the index, in words. */
export function readIndex(index: JsonObject): ReadonlyMap<string, string> | string {
  const map = index["weight_map"];
  if (typeof map !== "object" || map === null) return "it has no weight_map";
  const files = new Map<string, string>();
  for (const [tensor, file] of Object.entries(map) as [string, unknown][]) {
    // A name with a folder in it would lead out of the model's.
    if (typeof file !== "string" || !/^[^/\\]+\.safetensors$/.test(file))
      return `it puts ${tensor} into ${JSON.stringify(file)}, which is not the name of a safetensors file`;
    files.set(tensor, file);
  }
  return files;
}

/** Reads each file once; every tensor must be where the index says, and nowhere else. */
export function readShards(
  weightMap: ReadonlyMap<string, string>,
  read: (file: string) => Uint8Array,
): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  for (const file of new Set(weightMap.values()))
    addShard(weights, weightMap, file, readSafetensors(read(file)).tensors);
  return complete(weights, weightMap);
}

/** The same tensor by tensor. */
export async function openShards(
  weightMap: ReadonlyMap<string, string>,
  open: (file: string) => ByteSource,
): Promise<Map<string, Tensor>> {
  const weights = new Map<string, Tensor>();
  for (const file of new Set(weightMap.values()))
    addShard(weights, weightMap, file, (await openSafetensors(open(file))).tensors);
  return complete(weights, weightMap);
}

function addShard(
  weights: Map<string, Tensor>,
  weightMap: ReadonlyMap<string, string>,
  file: string,
  tensors: ReadonlyMap<string, Tensor>,
): void {
  for (const [name, tensor] of tensors) {
    if (weightMap.get(name) !== file)
      throw new SafetensorsError(`${file} holds ${name}, which ${INDEX} ${placed(weightMap.get(name))}`);
    weights.set(name, tensor);
  }
}

function complete(weights: Map<string, Tensor>, weightMap: ReadonlyMap<string, string>): Map<string, Tensor> {
  const missing = [...weightMap].find(([name]) => !weights.has(name));
  if (missing === undefined) return weights;
  throw new SafetensorsError(`${missing[1]} lacks ${missing[0]}, which ${INDEX} puts there`);
}

function placed(file: string | undefined): string {
  return file === undefined ? "does not name" : `puts into ${file}`;
}
