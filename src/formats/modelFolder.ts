/** A Hugging Face model folder <-> its files: configuration, weights, tokenizer, and what goes with them. */
import {
  readSafetensors,
  safetensorsPieces,
  writeSafetensors,
  type SafetensorsPacking,
  type Tensor,
} from "./safetensors.ts";
import { INDEX, readIndex, readShards } from "./shards.ts";
import type { JsonObject } from "./jsonObject.ts";

/** What a model folder holds. Anything else in the folder is left alone. */
export interface ModelFolder {
  /** config.json */
  readonly config: JsonObject;
  /** model.safetensors, or the files that its index names; by Hugging Face name */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** tokenizer.json */
  readonly tokenizerJson: JsonObject;
  /** tokenizer_config.json, with the chat template that recent folders keep in chat_template.jinja */
  readonly tokenizerConfig: JsonObject;
  /** generation_config.json, if there is one */
  readonly generationConfig?: JsonObject;
  /** README.md, the model card, if there is one */
  readonly card?: string;
}

/** A folder that is not a model we can open: which file, what is wrong with it, and what to do. */
export class ModelFolderError extends Error {
  override readonly name = "ModelFolderError";
}

const WEIGHTS = "model.safetensors";

/** Reads a folder from its files by path; the files may lie in one folder of any name, as a dropped folder's do. */
export function readModelFolder(files: ReadonlyMap<string, Uint8Array>): ModelFolder {
  const root = findRoot([...files.keys()]);
  const optional = (name: string): Uint8Array | undefined => files.get(root + name);
  const required = (name: string): Uint8Array => optional(name) ?? failMissing(files, root, name);
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
    weights: readWeights(optional, required),
    ...(generationConfig && { generationConfig: parseObject("generation_config.json", generationConfig) }),
    ...(card && { card: decode("README.md", card) }),
  };
}

/** As transformers does, one file is taken where both it and an index are there. */
function readWeights(
  optional: (name: string) => Uint8Array | undefined,
  required: (name: string) => Uint8Array,
): ReadonlyMap<string, Tensor> {
  const index = optional(WEIGHTS) === undefined ? optional(INDEX) : undefined;
  if (index === undefined) return readSafetensors(required(WEIGHTS)).tensors;
  return readShards(weightMap(index), required);
}

/** Names of the files that hold a folder's weights, given how to read a file that it has. */
export function weightFiles(names: readonly string[], read: (name: string) => Uint8Array): readonly string[] {
  if (names.includes(WEIGHTS) || !names.includes(INDEX)) return [WEIGHTS];
  return [...new Set(weightMap(read(INDEX)).values())].sort();
}

function weightMap(index: Uint8Array): ReadonlyMap<string, string> {
  const map = readIndex(parseObject(INDEX, index));
  if (typeof map === "string") throw new ModelFolderError(`${INDEX}: ${map}. Download the model again.`);
  return map;
}

/** Writes a folder: path -> bytes. `extras` are further files, such as a run's configuration and metrics. */
export function writeModelFolder(
  folder: ModelFolder,
  extras: ReadonlyMap<string, string> = new Map(),
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([[WEIGHTS, writeSafetensors(folder.weights)]]);
  for (const [path, bytes] of writeTexts(folder, "F32", extras)) files.set(path, bytes);
  return files;
}

/** The same folder with weights of any precision, its weights from their first byte to their last, piece by piece. */
export function modelFolderPieces(
  folder: ModelFolder,
  packing: SafetensorsPacking,
): Map<string, Uint8Array | Iterable<Uint8Array>> {
  const weights = safetensorsPieces(folder.weights, packing);
  return new Map<string, Uint8Array | Iterable<Uint8Array>>([
    [WEIGHTS, weights],
    ...writeTexts(folder, packing, new Map()),
  ]);
}

/** All files but the weights. */
function writeTexts(
  folder: ModelFolder,
  packing: SafetensorsPacking,
  extras: ReadonlyMap<string, string>,
): Map<string, Uint8Array> {
  const texts = new Map([
    ["config.json", json(withDtype(folder.config, packing))],
    ["tokenizer.json", json(folder.tokenizerJson)],
    ["tokenizer_config.json", json(folder.tokenizerConfig)],
  ]);
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

/** What transformers calls them. */
const DTYPES: Readonly<Record<SafetensorsPacking, string>> = {
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
};

/** The configuration must say how the weights are written: transformers converts to what it names. */
function withDtype(config: JsonObject, packing: SafetensorsPacking): JsonObject {
  const key = "dtype" in config ? "dtype" : "torch_dtype"; // the new name, which wins, and the old
  return { ...config, [key]: DTYPES[packing] };
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

function failMissing(files: ReadonlyMap<string, Uint8Array>, root: string, name: string): never {
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

function json(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
