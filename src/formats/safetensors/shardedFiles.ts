/** Weights -> several safetensors files and their index, named as transformers names them: shards.ts the other way round. */
import { packedBytes } from "../numbers/narrowFloats.ts";
import { streamSafetensors, type SafetensorsPacking } from "./safetensors.ts";
import { INDEX } from "./shards.ts";
import type { Outgoing } from "../streamed.ts";
import { weightsOf, type WeightSource } from "../numbers/weightSource.ts";

/** Files by name, with tensors of `shardBytes` at most in each unless one alone is larger; null where one file is enough. */
export function shardedFiles(
  weights: WeightSource,
  packing: SafetensorsPacking,
  shardBytes: number,
): Map<string, Outgoing> | null {
  const sizeOf = (name: string): number => packedBytes(packing, weightsOf(weights.shapes.get(name) ?? []));
  const shards = cut([...weights.shapes.keys()].sort(), sizeOf, shardBytes);
  if (shards.length <= 1) return null;
  const files = new Map<string, Outgoing>();
  const places: [string, string][] = [];
  for (const [i, names] of shards.entries()) {
    const file = `model-${numbered(i + 1)}-of-${numbered(shards.length)}.safetensors`;
    files.set(file, streamSafetensors(partOf(weights, names), packing));
    places.push(...names.map((name): [string, string] => [name, file]));
  }
  const totalBytes = [...weights.shapes.keys()].reduce((total, name) => total + sizeOf(name), 0);
  const index = { metadata: { total_size: totalBytes }, weight_map: Object.fromEntries(places) };
  files.set(INDEX, new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`));
  return files;
}

/** Fills a file with what comes next until it is full. */
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

function partOf({ shapes, read }: WeightSource, names: readonly string[]): WeightSource {
  return { shapes: new Map(names.map((name) => [name, shapes.get(name) ?? []])), read };
}

function numbered(file: number): string {
  return String(file).padStart(5, "0");
}
