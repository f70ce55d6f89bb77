/** A Hugging Face model folder on disk -> a model, and a policy on the backend. */
import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { readModelFolder, type ModelFolder } from "../src/formats/modelFolder.ts";
import { readLanguageModel, type LanguageModel } from "../src/model/languageModel.ts";
import { openPolicy, type Graphs } from "../src/model/openPolicy.ts";
import type { PolicyStart, TrainablePolicy } from "../src/model/trainablePolicy.ts";
import type { BackendReport } from "../src/report/backend.ts";
import type { StartedBackend } from "../src/report/backendChoice.ts";
import { InputError, errorCode, messageOf } from "./inputError.ts";
import { readBytes, sha256 } from "./textFile.ts";

/** A model folder as read, before any backend runs. */
export interface ModelFile {
  /** Last part of the folder's path. */
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  readonly content: ModelFolder;
  /** SHA-256 of model.safetensors. */
  readonly sha256: string;
}

const WEIGHTS = "model.safetensors";
const PARTS = [
  WEIGHTS,
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
  "README.md",
];

/** Reads a model folder; what is wrong with it is told with its path. */
export function readModelFile(folder: string): ModelFile {
  const names = listFolder(folder);
  // Other files are only named, so that a missing part can be explained by what is there instead.
  const bytesOf = (name: string): Uint8Array =>
    PARTS.includes(name) ? readBytes(join(folder, name)) : new Uint8Array();
  const files = new Map(names.map((name) => [name, bytesOf(name)]));
  try {
    const content = readModelFolder(files);
    const path = resolve(folder);
    return {
      name: basename(path),
      folder: path,
      content,
      sha256: sha256(files.get(WEIGHTS) ?? new Uint8Array()),
    };
  } catch (error) {
    throw new InputError(`${folder}: ${messageOf(error)}`);
  }
}

function listFolder(folder: string): string[] {
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
      `${folder}: ${reason}; name a Hugging Face model folder, such as one of public/models`,
    );
  }
}

/** The model of a folder but for its weights. */
export function openModel({ folder, content }: ModelFile): LanguageModel {
  try {
    return readLanguageModel(content);
  } catch (error) {
    throw new InputError(`${folder}: ${messageOf(error)}`, { cause: error }); // the folder asked for it
  }
}

/**
 * Puts a model on the backend, from the folder's weights or those of `start`; says on standard error when WebGPU was
 * started and recorded graphs do not run on it.
 */
export async function openModelPolicy(
  { folder, content }: ModelFile,
  model: LanguageModel,
  { report, graphs }: StartedBackend<Graphs>,
  start: Partial<PolicyStart> = {},
): Promise<{ policy: TrainablePolicy; report: BackendReport }> {
  const whole = { weights: content.weights, reference: null, optimizer: null, ...start };
  try {
    const { policy, ...path } = await openPolicy(model, whole, graphs);
    if (report.backend === "webgpu" && path.path === "TensorFlow.js operations")
      console.error(`${folder}: TensorFlow.js operations run: ${path.pathReason}`);
    return { policy, report: { ...report, ...path } };
  } catch (error) {
    // Names of parameters, shapes: whatever fails here, the folder asked for it.
    throw new InputError(`${folder}: ${messageOf(error)}`, { cause: error });
  }
}
