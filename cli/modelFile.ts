/** A Hugging Face model folder or a GGUF file on disk -> a model, and a policy on the backend. */
import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { openGgufModel } from "../src/formats/ggufModel.ts";
import {
  folderInMemory,
  PARTS,
  readModelFolder,
  weightFiles,
  wholeFolder,
  type FolderTexts,
  type ModelFolder,
} from "../src/formats/modelFolder.ts";
import { readLanguageModel, type LanguageModel } from "../src/model/languageModel.ts";
import { openPolicy, type Graphs } from "../src/model/openPolicy.ts";
import { FULL_ROOM, type Room } from "../src/model/room.ts";
import type { PolicyStart, TrainablePolicy } from "../src/model/trainablePolicy.ts";
import type { BackendReport } from "../src/report/backend.ts";
import type { StartedBackend } from "../src/report/backendChoice.ts";
import type { PromptFrame } from "../src/rl/types.ts";
import { fileSource } from "./fileSource.ts";
import { InputError, errorCode, messageOf } from "./inputError.ts";
import { fileSha256, readBytes, sha256 } from "./textFile.ts";

/** A model as read, before any backend runs. */
export interface ModelFile {
  /** Last part of the path, without ".gguf". */
  readonly name: string;
  /** Absolute path of the folder or of the GGUF file, or "hf:" and the name of a model of a Hub at its commit. */
  readonly path: string;
  readonly content: ModelFolder;
  /** SHA-256 of the file of weights; of several, in the order of their names, as if they were one. */
  readonly sha256: string;
}

/** Reads a model folder, or a file whose name ends with .gguf; what is wrong with it is told with its path. */
export async function readModelFile(place: string): Promise<ModelFile> {
  const path = resolve(place);
  try {
    const read = isGgufFile(path) ? await readFile(path) : readFolder(place);
    return { name: modelName(path), path, ...read };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${place}: ${messageOf(error)}`);
  }
}

export function isGgufFile(path: string): boolean {
  return path.toLowerCase().endsWith(".gguf");
}

/** What a model at that path goes by. */
export function modelName(path: string): string {
  return basename(path).replace(/\.gguf$/i, "");
}

type Read = Pick<ModelFile, "content" | "sha256">;

async function readFile(path: string): Promise<Read> {
  const content = await wholeFolder(await openGgufModel(fileSource(path)));
  return { content, sha256: await fileSha256(path) };
}

function readFolder(folder: string): Read {
  const names = listFolder(folder);
  const bytesOf = (name: string): Uint8Array => readBytes(join(folder, name));
  const weights = weightFiles(names, bytesOf).filter((name) => names.includes(name));
  // Other files are only named, so that a missing part can be explained by what is there instead.
  const isRead = (name: string): boolean => PARTS.includes(name) || weights.includes(name);
  const files = new Map(names.map((name) => [name, isRead(name) ? bytesOf(name) : new Uint8Array()]));
  const content = readModelFolder(files);
  return { content, sha256: sha256(...weights.map((name) => files.get(name) ?? new Uint8Array())) };
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

/** The model of a folder but for its weights, which is asked questions in `frame`. */
export function openModel({ path, content }: ModelFile, frame?: PromptFrame): LanguageModel {
  return readModel(path, content, frame);
}

/** The same, of the folder's parts; what is wrong with them is told with the path. */
export function readModel(path: string, content: FolderTexts, frame?: PromptFrame): LanguageModel {
  try {
    return readLanguageModel(content, frame);
  } catch (error) {
    throw new InputError(`${path}: ${messageOf(error)}`, { cause: error }); // the model asked for it
  }
}

/**
 * Puts a model on the backend, from its own weights or those of `start`; says on standard error when WebGPU was
 * started and recorded graphs do not run on it.
 */
export async function openModelPolicy(
  { path, content }: ModelFile,
  model: LanguageModel,
  { report, graphs }: StartedBackend<Graphs>,
  start: Partial<PolicyStart> = {},
  room: Room = FULL_ROOM,
): Promise<{ policy: TrainablePolicy; report: BackendReport }> {
  const { weights } = folderInMemory(content);
  const whole = { weights, reference: null, optimizer: null, ...start };
  try {
    const { policy, ...opened } = await openPolicy(model, whole, graphs, room);
    if (report.backend === "webgpu" && opened.path === "TensorFlow.js operations")
      console.error(`${path}: TensorFlow.js operations run: ${opened.pathReason}`);
    return { policy, report: { ...report, ...opened } };
  } catch (error) {
    // Names of parameters, shapes: whatever fails here, the model asked for it.
    throw new InputError(`${path}: ${messageOf(error)}`, { cause: error });
  }
}
