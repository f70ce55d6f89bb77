/** Models on disk: a Hugging Face folder or a GGUF file. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { splitPaths } from "../../src/formats/gguf/ggufSplit.ts";
import { weightFiles, type OpenedFolder } from "../../src/formats/huggingface/modelFolder.ts";
import { openModel } from "../../src/lab/openModel.ts";
import { openInference } from "../../src/lab/openRun.ts";
import type { StartedBackend } from "../../src/lab/startBackend.ts";
import type { TrainablePolicy } from "../../src/model/contracts/trainablePolicy.ts";
import { readLanguageModel, type LanguageModel } from "../../src/model/language/languageModel.ts";
import type { BackendReport } from "../../src/report/backend.ts";
import type { PromptFrame } from "../../src/rl/contracts/types.ts";
import { fileSource } from "../files/fileSource.ts";
import { filesSha256, readBytes } from "../files/textFile.ts";
import { atPlace, InputError, errorCode, messageOf } from "../inputError.ts";

/** An opened model, before any backend starts. Weights are read on demand and need not fit into memory. */
export interface ModelFile extends OpenedFolder {
  /** Last part of the path, without ".gguf". */
  readonly name: string;
  /** Absolute path of the folder or GGUF file; for a model of a Hub "hf:" and its name at its commit. */
  readonly path: string;
  /** Path on this disk. */
  readonly disk: string;
  /** The files of its weights. */
  readonly weightFiles: readonly string[];
}

/** Opens a model folder, or a file whose name ends with .gguf. Errors name the path. */
export async function openModelFile(place: string): Promise<ModelFile> {
  const path = resolve(place);
  const known = { name: modelName(path), path, disk: path };
  return atPlace(place, async () => {
    if (isGgufFile(path)) {
      const parts = splitPaths(path).filter((part) => part === path || existsSync(part));
      const files = new Map(parts.map((part) => [part, fileSource(part)]));
      return { ...known, ...(await openModel(files)), weightFiles: parts };
    }
    const names = listFolder(place);
    const within = (name: string): string => join(path, name);
    const opened = await openModel(new Map(names.map((name) => [name, fileSource(within(name))])));
    const ggufs = names.includes("config.json") ? [] : names.filter(isGgufFile);
    const weights = ggufs.length > 0 ? ggufs : weightFiles(names, (name) => readBytes(within(name)));
    return { ...known, ...opened, weightFiles: weights.map(within) };
  });
}

/** Returns the SHA-256 of a model's weight files, concatenated in the order of their names. */
export function weightsSha256({ weightFiles: files }: ModelFile): Promise<string> {
  return filesSha256(files);
}

export function isGgufFile(path: string): boolean {
  return path.toLowerCase().endsWith(".gguf");
}

/** Returns the name of the model at a path. */
export function modelName(path: string): string {
  return basename(path).replace(/\.gguf$/i, "");
}

/** Returns the names of a folder's files. */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: "there is no such folder",
      ENOTDIR: "it is not a folder",
    };
    const reason = reasons[errorCode(error) ?? ""] ?? messageOf(error);
    throw new InputError(
      `${folder}: ${reason}; name a Hugging Face model folder, such as one of public/models, a .gguf file, or hf:owner/name`,
    );
  }
}

/** Notes that were printed. */
const printed = new Set<string>();

/** Reads architecture and tokenizer, with the questions' frame. Prints new notes on standard error. Errors name the model's path. */
export function languageModelOf({ path, texts }: ModelFile, frame?: PromptFrame): LanguageModel {
  try {
    const model = readLanguageModel(texts, frame);
    for (const note of model.notes.map((text) => `${path}: ${text}`)) {
      if (!printed.has(note)) console.error(note);
      printed.add(note);
    }
    return model;
  } catch (error) {
    throw new InputError(`${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Puts a model on the backend to sample and score with it. Errors name the model's path. */
export async function openModelPolicy(
  { path, weights }: ModelFile,
  model: LanguageModel,
  backend: StartedBackend,
): Promise<{ policy: TrainablePolicy; report: BackendReport }> {
  const opened = await atPlace(path, () => openInference(model, weights, backend));
  reportFallback(path, opened.report);
  return opened;
}

/** Prints on standard error why a model on WebGPU does not run on recorded graphs. */
export function reportFallback(model: string, { backend, path, pathReason }: BackendReport): void {
  if (backend === "webgpu" && path === "TensorFlow.js operations")
    console.error(`${model}: TensorFlow.js operations run: ${pathReason}`);
}
