/** Writes Hugging Face model folders in any precision: the inverse of modelFolder.ts. */
import type { JsonObject } from "../jsonObject.ts";
import { WEIGHTS, type FolderTexts, type ModelFolder } from "./modelFolder.ts";
import { streamSafetensors, writeSafetensors, type SafetensorsPacking } from "../safetensors/safetensors.ts";
import { shardedFiles } from "../safetensors/shardedFiles.ts";
import type { Outgoing } from "../streamed.ts";
import type { WeightSource } from "../numbers/weightSource.ts";

export interface FolderOptions {
  readonly packing: SafetensorsPacking;
  /** Maximum bytes of weights per file; larger models are sharded. */
  readonly shardBytes: number;
  /** Additional files by path, such as a run's configuration and metrics. */
  readonly extras?: ReadonlyMap<string, string>;
}

/** Default maximum of transformers 4: 5 GB. */
export const SHARD_BYTES = 5e9;

/** Writes a small folder in float32; returns its files by path. */
export function writeModelFolder(
  folder: ModelFolder,
  extras: ReadonlyMap<string, string> = new Map(),
): Map<string, Uint8Array> {
  const weights: [string, Uint8Array] = [WEIGHTS, writeSafetensors(folder.weights)];
  return new Map([weights, ...writeTexts(folder, "F32", extras)]);
}

/** Returns the files of a folder by path, weights as pieces, which throw `PackingError`. */
export function modelFolderFiles(
  texts: FolderTexts,
  weights: WeightSource,
  { packing, shardBytes, extras = new Map() }: FolderOptions,
): Map<string, Outgoing> {
  const sharded = shardedFiles(weights, packing, shardBytes);
  const files = sharded ?? new Map<string, Outgoing>([[WEIGHTS, streamSafetensors(weights, packing)]]);
  return new Map<string, Outgoing>([...files, ...writeTexts(texts, packing, extras)]);
}

/** Writes all files except the weights. */
function writeTexts(
  folder: FolderTexts,
  packing: SafetensorsPacking,
  extras: ReadonlyMap<string, string>,
): Map<string, Uint8Array> {
  const texts = new Map([
    ["config.json", json(withDtype(folder.config, packing))],
    ["tokenizer.json", json(folder.tokenizerJson)],
    ["tokenizer_config.json", json(folder.tokenizerConfig)],
  ]);
  if (folder.specialTokensMap !== undefined)
    texts.set("special_tokens_map.json", json(folder.specialTokensMap));
  if (folder.generationConfig !== undefined)
    texts.set("generation_config.json", json(folder.generationConfig));
  if (folder.card !== undefined) texts.set("README.md", folder.card);
  for (const [path, text] of extras) {
    if (texts.has(path) || path === WEIGHTS) throw new Error(`${path} is a file of the model itself`);
    texts.set(path, text);
  }
  const encoder = new TextEncoder();
  return new Map([...texts].map(([path, text]) => [path, encoder.encode(text)]));
}

/** transformers' names. */
const DTYPES: Readonly<Record<SafetensorsPacking, string>> = {
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
};

/** Sets the dtype of the configuration, to which transformers converts the weights when loading. */
function withDtype(config: JsonObject, packing: SafetensorsPacking): JsonObject {
  const key = "dtype" in config ? "dtype" : "torch_dtype"; // the new name, which takes precedence, or the old
  return { ...config, [key]: DTYPES[packing] };
}

function json(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
