/** A Hugging Face model folder or a GGUF file on disk -> a model, and a policy on the backend. */
import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { openGgufModel } from "../../src/formats/gguf/ggufModel.ts";
import {
  openModelFolder,
  weightFiles,
  type OpenedFolder,
} from "../../src/formats/huggingface/modelFolder.ts";
import { readLanguageModel, type LanguageModel } from "../../src/model/language/languageModel.ts";
import { openPolicy } from "../../src/model/openPolicy.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../../src/model/contracts/memoryBudget.ts";
import type { PolicyStart, TrainablePolicy } from "../../src/model/contracts/trainablePolicy.ts";
import type { BackendReport } from "../../src/report/backend.ts";
import type { StartedBackend } from "../../src/lab/startBackend.ts";
import type { PromptFrame } from "../../src/rl/contracts/types.ts";
import { fileSource } from "../files/fileSource.ts";
import { InputError, errorCode, messageOf } from "../inputError.ts";
import { filesSha256, readBytes } from "../files/textFile.ts";

/** A model as opened, before any backend runs: its weights are read when they are asked for, and need not fit in memory. */
export interface ModelFile extends OpenedFolder {
  /** Last part of the path, without ".gguf". */
  readonly name: string;
  /** Absolute path of the folder or of the GGUF file, or "hf:" and the name of a model of a Hub at its commit. */
  readonly path: string;
  /** Where it lies on this disk. */
  readonly disk: string;
  /** The files of its weights. */
  readonly weightFiles: readonly string[];
}

/** Opens a model folder, or a file whose name ends with .gguf; what is wrong with it is told with its path. */
export async function openModelFile(place: string): Promise<ModelFile> {
  const path = resolve(place);
  const known = { name: modelName(path), path, disk: path };
  try {
    if (isGgufFile(path))
      return { ...known, ...(await openGgufModel(fileSource(path))), weightFiles: [path] };
    const names = listFolder(place);
    const within = (name: string): string => join(path, name);
    const sources = names.map((name) => [name, fileSource(within(name))] as const);
    const opened = await openModelFolder(new Map(sources));
    const weights = weightFiles(names, (name) => readBytes(within(name)));
    return { ...known, ...opened, weightFiles: weights.map(within) };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${place}: ${messageOf(error)}`);
  }
}

/** SHA-256 of a model's file of weights; of several, in the order of their names, as if they were one. */
export function weightsSha256({ weightFiles: files }: ModelFile): Promise<string> {
  return filesSha256(files);
}

export function isGgufFile(path: string): boolean {
  return path.toLowerCase().endsWith(".gguf");
}

/** What a model at that path goes by. */
export function modelName(path: string): string {
  return basename(path).replace(/\.gguf$/i, "");
}

/** Names of a folder's files. */
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

/** The model but for its weights, which is asked questions in `frame`; what is wrong with it is told with the path. */
export function openModel({ path, texts }: ModelFile, frame?: PromptFrame): LanguageModel {
  try {
    return readLanguageModel(texts, frame);
  } catch (error) {
    throw new InputError(`${path}: ${messageOf(error)}`, { cause: error }); // the model asked for it
  }
}

/**
 * Puts a model on the backend, from its own weights or those of `start`; says on standard error when WebGPU was
 * started and recorded graphs do not run on it.
 */
export async function openModelPolicy(
  { path, weights }: ModelFile,
  model: LanguageModel,
  { report, graphs }: StartedBackend,
  start: Partial<PolicyStart> = {},
  budget: MemoryBudget = DEFAULT_BUDGET,
): Promise<{ policy: TrainablePolicy; report: BackendReport }> {
  const whole = { weights, reference: null, optimizer: null, ...start };
  try {
    const { policy, ...opened } = await openPolicy(model, whole, graphs, budget);
    if (report.backend === "webgpu" && opened.path === "TensorFlow.js operations")
      console.error(`${path}: TensorFlow.js operations run: ${opened.pathReason}`);
    return { policy, report: { ...report, ...opened } };
  } catch (error) {
    // Names of parameters, shapes: whatever fails here, the model asked for it.
    throw new InputError(`${path}: ${messageOf(error)}`, { cause: error });
  }
}
