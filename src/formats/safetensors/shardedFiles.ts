/** Writes sharded safetensors files and their index, named as by transformers: the inverse of shards.ts. */
import { elementCount } from "../../math/tensor.ts";
import { packedBytes } from "../numbers/narrowFloats.ts";
import { streamSafetensors, type SafetensorsPacking } from "./safetensors.ts";
import { INDEX } from "./shards.ts";
import type { Outgoing } from "../streamed.ts";
import { failMissing, type WeightSource } from "../numbers/weightSource.ts";

/** Returns shards of at most `shardBytes` (unless one tensor is larger) and their index by name; null if one file suffices. */
export function shardedFiles(
  weights: WeightSource,
  packing: SafetensorsPacking,
  shardBytes: number,
): Map<string, Outgoing> | null {
  const shapeOf = (name: string): readonly number[] => weights.shapes.get(name) ?? failMissing(name);
  const sizeOf = (name: string): number => packedBytes(packing, elementCount(shapeOf(name)));
  const shards = cut([...weights.shapes.keys()].sort(), sizeOf, shardBytes);
  if (shards.length <= 1) return null;
  const files = new Map<string, Outgoing>();
  const places: [string, string][] = [];
  for (const [i, names] of shards.entries()) {
    const file = `model-${numbered(i + 1)}-of-${numbered(shards.length)}.safetensors`;
    const shapes = new Map(names.map((name) => [name, shapeOf(name)]));
    files.set(file, streamSafetensors({ shapes, read: weights.read }, packing));
    places.push(...names.map((name): [string, string] => [name, file]));
  }
  const totalBytes = [...weights.shapes.keys()].reduce((total, name) => total + sizeOf(name), 0);
  const index = { metadata: { total_size: totalBytes }, weight_map: Object.fromEntries(places) };
  files.set(INDEX, new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`));
  return files;
}

/** Splits names into shards of at most `most` bytes, in order. */
function cut(names: readonly string[], sizeOf: (name: string) => number, most: number): string[][] {
  const shards: string[][] = [];
  let filled = Infinity;
  for (const name of names) {
    if (filled + sizeOf(name) > most) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)?.push(name);
    filled += sizeOf(name);
  }
  return shards;
}

function numbered(file: number): string {
  return String(file).padStart(5, "0");
}
