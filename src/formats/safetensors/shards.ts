/** Reads sharded safetensors weights, whose index maps each tensor to a file. */
import type { ByteSource } from "../byteSource.ts";
import type { JsonObject } from "../jsonObject.ts";
import { openSafetensors, SafetensorsError } from "./safetensors.ts";
import { failMissing, type WeightSource } from "../numbers/weightSource.ts";

const REMEDY = "Index and shards are of different models or damaged: download the model again.";

export const INDEX = "model.safetensors.index.json";

/** Returns the weight map (tensor -> file) of an index, or a description of what is wrong with it. */
export function readIndex(index: JsonObject): ReadonlyMap<string, string> | string {
  const map = index["weight_map"];
  if (typeof map !== "object" || map === null) return "it has no weight_map";
  const files = new Map<string, string>();
  for (const [tensor, file] of Object.entries(map) as [string, unknown][]) {
    // A path could lead out of the model's folder.
    if (typeof file !== "string" || !/^[^/\\]+\.safetensors$/.test(file))
      return `it maps ${tensor} to ${JSON.stringify(file)}, which is not the name of a safetensors file`;
    files.set(tensor, file);
  }
  return files.size === 0 ? "its weight_map is empty" : files;
}

/**
 * Opens all shards, whose tensors are read on demand. Rejects with `SafetensorsError`
 * unless every tensor is in exactly the file that the index says.
 */
export async function openShards(
  weightMap: ReadonlyMap<string, string>,
  open: (file: string) => ByteSource,
): Promise<WeightSource> {
  const shapes = new Map<string, readonly number[]>();
  const sources = new Map<string, WeightSource>();
  for (const file of new Set(weightMap.values())) {
    const source = await openSafetensors(open(file));
    for (const [name, shape] of source.shapes) {
      checkPlace(weightMap, name, file);
      shapes.set(name, shape);
      sources.set(name, source);
    }
  }
  checkComplete(weightMap, shapes);
  const sourceOf = (name: string): WeightSource => sources.get(name) ?? failMissing(name);
  const readPart: WeightSource["readPart"] = async (name, start, end) => {
    const { read, readPart: own } = sourceOf(name);
    return own === undefined ? (await read(name)).subarray(start, end) : own(name, start, end);
  };
  return { shapes, read: (name) => sourceOf(name).read(name), readPart };
}

function checkPlace(weightMap: ReadonlyMap<string, string>, name: string, file: string): void {
  if (weightMap.get(name) !== file)
    throw new SafetensorsError(
      `${file} contains ${name}, which ${INDEX} ${placed(weightMap.get(name))}. ${REMEDY}`,
    );
}

function checkComplete(weightMap: ReadonlyMap<string, string>, found: ReadonlyMap<string, unknown>): void {
  const missing = [...weightMap].find(([name]) => !found.has(name));
  if (missing === undefined) return;
  throw new SafetensorsError(
    `${missing[1]} does not contain ${missing[0]}, which ${INDEX} maps to it. ${REMEDY}`,
  );
}

function placed(file: string | undefined): string {
  return file === undefined ? "does not list" : `maps to ${file}`;
}
