/** The files of a Hugging Face model folder -> its parts: configuration, weights, tokenizer, and what goes with them. */
import type { ByteSource } from "../byteSource.ts";
import { openSafetensors, readSafetensors } from "../safetensors/safetensors.ts";
import { INDEX, openShards, readIndex, readShards } from "../safetensors/shards.ts";
import type { JsonObject } from "../jsonObject.ts";
import { allWeights, weightsInMemory, type WeightSource } from "../numbers/weightSource.ts";
import type { Tensor } from "../../math/tensor.ts";

/** What a model folder holds besides its weights. Anything else in the folder is left alone. */
export interface FolderTexts {
  /** config.json */
  readonly config: JsonObject;
  /** tokenizer.json */
  readonly tokenizerJson: JsonObject;
  /** tokenizer_config.json, with the chat template that recent folders keep in chat_template.jinja */
  readonly tokenizerConfig: JsonObject;
  /** generation_config.json, if there is one */
  readonly generationConfig?: JsonObject;
  /** README.md, the model card, if there is one */
  readonly card?: string;
}

/** All of it. */
export interface ModelFolder extends FolderTexts {
  /** model.safetensors, or the files that its index names; by Hugging Face name */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** A folder whose weights stay in their files until they are asked for. */
export interface OpenedFolder {
  readonly texts: FolderTexts;
  readonly weights: WeightSource;
}

/** A folder in memory as one that is read tensor by tensor. */
export function folderInMemory({ weights, ...texts }: ModelFolder): OpenedFolder {
  return { texts, weights: weightsInMemory(weights) };
}

/** A folder that is not a model we can open: which file, what is wrong with it, and what to do. */
export class ModelFolderError extends Error {
  override readonly name = "ModelFolderError";
}

/** The file of weights, where they are in one. */
export const WEIGHTS = "model.safetensors";

/** Files of a folder that are read whole; weights may be larger than memory likes. */
export const PARTS = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
  "README.md",
  INDEX,
];

/** Reads a folder from its files by path; the files may lie in one folder of any name, as a dropped folder's do. */
export function readModelFolder(files: ReadonlyMap<string, Uint8Array>): ModelFolder {
  const root = findRoot([...files.keys()]);
  const optional = (name: string): Uint8Array | undefined => files.get(root + name);
  const required = (name: string): Uint8Array => optional(name) ?? failMissing(files, root, name);
  const parts = readParts(optional, required);
  const map = weightMapOf(optional);
  const weights =
    map === null ? readSafetensors(required(WEIGHTS)).tensors : readShards(map, (file) => required(file));
  return { ...parts, weights };
}

/** Opens a folder whose files are not in memory, as `readModelFolder` reads it. */
export async function openModelFolder(files: ReadonlyMap<string, ByteSource>): Promise<OpenedFolder> {
  const root = findRoot([...files.keys()]);
  const read = new Map<string, Uint8Array>();
  for (const name of PARTS) {
    const source = files.get(root + name);
    if (source !== undefined) read.set(name, await source.read(0, source.size));
  }
  const optional = (name: string): Uint8Array | undefined => read.get(name);
  const open = (name: string): ByteSource => files.get(root + name) ?? failMissing(files, root, name);
  const texts = readParts(optional, (name) => optional(name) ?? failMissing(files, root, name));
  const map = files.has(root + WEIGHTS) ? null : weightMapOf(optional);
  return {
    texts,
    weights: await (map === null ? openSafetensors(open(WEIGHTS)) : openShards(map, open)),
  };
}

/** All of an opened folder, where a model is to be in memory. */
export async function wholeFolder({ texts, weights }: OpenedFolder): Promise<ModelFolder> {
  return { ...texts, weights: await allWeights(weights) };
}

function readParts(
  optional: (name: string) => Uint8Array | undefined,
  required: (name: string) => Uint8Array,
): FolderTexts {
  const generationConfig = optional("generation_config.json");
  const card = optional("README.md");
  const template = optional("chat_template.jinja");
  return {
    config: parseObject("config.json", required("config.json")),
    tokenizerJson: parseObject("tokenizer.json", required("tokenizer.json")),
    tokenizerConfig: {
      ...parseObject("tokenizer_config.json", required("tokenizer_config.json")),
      ...(template && { chat_template: decode("chat_template.jinja", template) }),
    },
    ...(generationConfig && { generationConfig: parseObject("generation_config.json", generationConfig) }),
    ...(card && { card: decode("README.md", card) }),
  };
}

/** As transformers does, one file (null) is taken where both it and an index are there. */
function weightMapOf(optional: (name: string) => Uint8Array | undefined): ReadonlyMap<string, string> | null {
  const index = optional(WEIGHTS) === undefined ? optional(INDEX) : undefined;
  return index === undefined ? null : weightMap(index);
}

/** Names of the files that hold a folder's weights, given how to read a file that it has. */
export function weightFiles(names: readonly string[], read: (name: string) => Uint8Array): readonly string[] {
  if (names.includes(WEIGHTS) || !names.includes(INDEX)) return [WEIGHTS];
  return [...new Set(weightMap(read(INDEX)).values())].sort();
}

/** Tensor -> file, by the bytes of an index. */
export function weightMap(index: Uint8Array): ReadonlyMap<string, string> {
  const map = readIndex(parseObject(INDEX, index));
  if (typeof map === "string") throw new ModelFolderError(`${INDEX}: ${map}. Download the model again.`);
  return map;
}

/** The prefix of the folder that holds config.json: "" or "name/". */
function findRoot(paths: readonly string[]): string {
  const roots = paths
    .filter((path) => path === "config.json" || path.endsWith("/config.json"))
    .map((path) => path.slice(0, path.length - "config.json".length));
  const [first = "", second] = roots.sort((a, b) => a.split("/").length - b.split("/").length);
  if (second !== undefined && second.split("/").length === first.split("/").length) {
    throw new ModelFolderError(
      `There are two models, in "${first}" and "${second}". Open one folder at a time.`,
    );
  }
  return first;
}

function failMissing(files: ReadonlyMap<string, unknown>, root: string, name: string): never {
  const present = [...files.keys()]
    .filter((path) => path.startsWith(root))
    .map((path) => path.slice(root.length));
  const sharded = name !== WEIGHTS && name.endsWith(".safetensors");
  const pickled = name === WEIGHTS && present.includes("pytorch_model.bin");
  const remedy = sharded
    ? `${INDEX} names it: add the file, or download the model again.`
    : pickled
      ? "Its weights are a PyTorch pickle: save the model again with safe_serialization."
      : "A model folder holds config.json, model.safetensors, tokenizer.json and tokenizer_config.json.";
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
  if (!isObject(value))
    throw new ModelFolderError(`${name} must hold a JSON object. Is it from another model format?`);
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function decode(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ModelFolderError(`${name} is not UTF-8 text. Export or download the model again.`);
  }
}
