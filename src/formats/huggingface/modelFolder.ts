/** Reads Hugging Face model folders: configuration, weights and tokenizer. */
import { bytesSource, type ByteSource } from "../byteSource.ts";
import { ADAPTER_CONFIG } from "./peftAdapter.ts";
import { openSafetensors } from "../safetensors/safetensors.ts";
import { INDEX, openShards, readIndex } from "../safetensors/shards.ts";
import { isJsonObject, type JsonObject } from "../jsonObject.ts";
import { allWeights, weightsInMemory, type WeightSource } from "../numbers/weightSource.ts";
import type { Tensor } from "../../math/tensor.ts";

/** The parts of a model folder other than weights. Other files are ignored. */
export interface FolderTexts {
  /** config.json */
  readonly config: JsonObject;
  /** tokenizer.json */
  readonly tokenizerJson: JsonObject;
  /** tokenizer_config.json, including a chat template from chat_template.jinja */
  readonly tokenizerConfig: JsonObject;
  /** special_tokens_map.json, if present */
  readonly specialTokensMap?: JsonObject;
  /** generation_config.json, if present */
  readonly generationConfig?: JsonObject;
  /** README.md, the model card, if present */
  readonly card?: string;
  /** Choices made at opening that the files leave open, one sentence each for the user. */
  readonly notes?: readonly string[];
}

/** A model folder in memory. */
export interface ModelFolder extends FolderTexts {
  /** Tensors of model.safetensors or of its shards, by Hugging Face name */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** A model folder whose weights are read on demand. */
export interface OpenedFolder {
  readonly texts: FolderTexts;
  readonly weights: WeightSource;
}

/** Converts a folder in memory to an opened folder. */
export function folderInMemory({ weights, ...texts }: ModelFolder): OpenedFolder {
  return { texts, weights: weightsInMemory(weights) };
}

/** A model folder cannot be opened. */
export class ModelFolderError extends Error {
  override readonly name = "ModelFolderError";
}

/** Name of an unsharded weights file. */
export const WEIGHTS = "model.safetensors";

/** Files that are read into memory, as opposed to weights. */
export const PARTS = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
  "README.md",
  INDEX,
];

/** Reads a folder into memory. Rejects like `openModelFolder`. */
export async function readModelFolder(files: ReadonlyMap<string, Uint8Array>): Promise<ModelFolder> {
  return wholeFolder(
    await openModelFolder(new Map([...files].map(([path, bytes]) => [path, bytesSource(bytes)]))),
  );
}

/**
 * Opens a folder from its files by path, with or without a common parent folder, without reading its weights; `check` may
 * refuse its texts before the weight files are opened. Rejects with `ModelFolderError`.
 */
export async function openModelFolder(
  files: ReadonlyMap<string, ByteSource>,
  check: (texts: FolderTexts) => void = () => undefined,
): Promise<OpenedFolder> {
  const root = findRoot([...files.keys()]);
  const read = new Map<string, Uint8Array>();
  for (const name of PARTS) {
    const source = files.get(root + name);
    if (source !== undefined) read.set(name, await source.read(0, source.size));
  }
  const missing = (name: string): never => failMissing(files, root, name);
  const open = (name: string): ByteSource => files.get(root + name) ?? missing(name);
  if (files.has(root + ADAPTER_CONFIG)) failAdapter();
  const texts = readParts(read, missing);
  check(texts);
  // Like transformers, prefers an unsharded file to an index.
  const index = files.has(root + WEIGHTS) ? undefined : read.get(INDEX);
  const weights = index === undefined ? openSafetensors(open(WEIGHTS)) : openShards(weightMap(index), open);
  return { texts, weights: await weights };
}

/** Reads all weights of an opened folder into memory. */
export async function wholeFolder({ texts, weights }: OpenedFolder): Promise<ModelFolder> {
  return { ...texts, weights: await allWeights(weights) };
}

function readParts(files: ReadonlyMap<string, Uint8Array>, missing: (name: string) => never): FolderTexts {
  const required = (name: string): JsonObject => parseObject(name, files.get(name) ?? missing(name));
  const generationConfig = files.get("generation_config.json");
  const specialTokens = files.get("special_tokens_map.json");
  const card = files.get("README.md");
  const template = files.get("chat_template.jinja");
  return {
    config: required("config.json"),
    tokenizerJson: required("tokenizer.json"),
    tokenizerConfig: {
      ...required("tokenizer_config.json"),
      ...(template && { chat_template: decode("chat_template.jinja", template) }),
    },
    ...(specialTokens && { specialTokensMap: parseObject("special_tokens_map.json", specialTokens) }),
    ...(generationConfig && { generationConfig: parseObject("generation_config.json", generationConfig) }),
    ...(card && { card: decode("README.md", card) }),
  };
}

/** Returns the names of a folder's weight files; `read` reads a file of the folder. */
export function weightFiles(names: readonly string[], read: (name: string) => Uint8Array): readonly string[] {
  if (names.includes(WEIGHTS) || !names.includes(INDEX)) return [WEIGHTS];
  return [...new Set(weightMap(read(INDEX)).values())].sort();
}

/** Parses an index file into a map from tensor to file. Throws `ModelFolderError`. */
export function weightMap(index: Uint8Array): ReadonlyMap<string, string> {
  const map = readIndex(parseObject(INDEX, index));
  if (typeof map === "string") throw new ModelFolderError(`${INDEX}: ${map}. Download the model again.`);
  return map;
}

/** Returns the path prefix of config.json: "" or "name/". */
function findRoot(paths: readonly string[]): string {
  const roots = paths
    .filter((path) => path === "config.json" || path.endsWith("/config.json"))
    .map((path) => path.slice(0, path.length - "config.json".length));
  const [first = "", second] = roots.sort((a, b) => a.split("/").length - b.split("/").length);
  if (second !== undefined && second.split("/").length === first.split("/").length) {
    throw new ModelFolderError(
      `The selection has two models, in "${first}" and "${second}". Open one folder at a time.`,
    );
  }
  return first;
}

/** transformers would apply the adapter when it opens the folder. */
function failAdapter(): never {
  throw new ModelFolderError(
    `The model folder also holds an adapter (${ADAPTER_CONFIG}). Move its files to a folder of their own, which the option --adapter takes, or merge it with PEFT's merge_and_unload.`,
  );
}

function failMissing(files: ReadonlyMap<string, unknown>, root: string, name: string): never {
  const present = [...files.keys()]
    .filter((path) => path.startsWith(root))
    .map((path) => path.slice(root.length));
  const sharded = name !== WEIGHTS && name.endsWith(".safetensors");
  const unlisted = name === WEIGHTS && present.some((file) => /-of-\d+\.safetensors$/.test(file));
  const pickled = name === WEIGHTS && present.includes("pytorch_model.bin");
  const remedy = sharded
    ? `It is listed in ${INDEX}: add the file, or download the model again.`
    : unlisted
      ? `Its weights are shards, which need ${INDEX}: add that file.`
      : pickled
        ? "The weights are a PyTorch pickle: save the model again with safe_serialization=True."
        : "A model folder needs config.json, model.safetensors, tokenizer.json and tokenizer_config.json.";
  const listed = present.length > 0 ? present.slice(0, 8).join(", ") : "nothing";
  throw new ModelFolderError(`The model folder has no ${name} (it has ${listed}). ${remedy}`);
}

function parseObject(name: string, bytes: Uint8Array): JsonObject {
  const text = decode(name, bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelFolderError(`${name} is not valid JSON (${reason}). Export or download the model again.`);
  }
  if (!isJsonObject(value))
    throw new ModelFolderError(`${name} must be a JSON object. Check that the file belongs to the model.`);
  return value;
}

function decode(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ModelFolderError(`${name} is not UTF-8 text. Export or download the model again.`);
  }
}
