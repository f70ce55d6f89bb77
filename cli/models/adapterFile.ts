/** A folder with an adapter in PEFT's format on disk. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  ADAPTER_CONFIG,
  ADAPTER_WEIGHTS,
  readPeftAdapter,
  type PeftAdapter,
} from "../../src/formats/huggingface/peftAdapter.ts";
import { readWeight } from "../../src/formats/numbers/weightSource.ts";
import {
  adapterFromPeft,
  mergedWeight,
  TARGET_MODULES,
  targetModulesName,
} from "../../src/model/weights/adapter.ts";
import type { TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import { InputError, messageOf } from "../inputError.ts";
import { loadModelFile } from "./hubModel.ts";
import { openModel, type ModelFile } from "./modelFile.ts";
import { readBytes, sha256 } from "../files/textFile.ts";

/** An adapter as read. */
export interface AdapterFile {
  /** Absolute path of the folder. */
  readonly path: string;
  readonly content: PeftAdapter;
  /** SHA-256 of its files, as if they were one. */
  readonly sha256: string;
}

/** Reads an adapter; what is wrong with it is told with its path. */
export function readAdapterFile(folder: string): AdapterFile {
  const names = [ADAPTER_CONFIG, ADAPTER_WEIGHTS];
  const files = names.filter((name) => existsSync(join(folder, name)));
  const bytes = files.map((name): [string, Uint8Array] => [name, readBytes(join(folder, name))]);
  try {
    const content = readPeftAdapter(new Map(bytes));
    return { path: resolve(folder), content, sha256: sha256(...bytes.map(([, content]) => content)) };
  } catch (error) {
    throw new InputError(`${folder}: ${messageOf(error)}`, { cause: error });
  }
}

/** What names a model on the command line. */
export interface ModelPlace {
  readonly model: string;
  /** Where models of a Hub are kept. */
  readonly cache?: string;
  /** Folder of an adapter that is merged into it. */
  readonly adapter?: string;
}

/** Opens a model, with an adapter merged into its weights where one is named. */
export async function openMergedModel({ model, cache, adapter: folder }: ModelPlace): Promise<ModelFile> {
  const file = await loadModelFile(model, cache);
  if (folder === undefined) return file;
  const { content } = readAdapterFile(folder);
  const adapter = await inWords(folder, () => adapterFromPeft(openModel(file).config, content, 0));
  const read = async (name: string): Promise<Float32Array> =>
    mergedWeight(name, await readWeight(file.weights, name), adapter).data;
  return { ...file, weights: { shapes: file.weights.shapes, read } };
}

/** The settings of a run that trains on an adapter: they are the adapter's own. */
export function adapterSettings({ path, content }: AdapterFile): Partial<TtrlConfig> {
  const { rank, alpha, dropout, targets } = content;
  const ordered = TARGET_MODULES.filter((module) => targets.includes(module));
  const name = targetModulesName(ordered);
  if (name === null || ordered.length !== targets.length) {
    throw new InputError(
      `${path}: the adapter stands beside ${targets.join(", ")}; a run trains adapters beside all seven matrices of a layer, the four of its attention, or q_proj and v_proj`,
    );
  }
  return { trainable: "lora", loraRank: rank, loraAlpha: alpha, loraDropout: dropout, loraTargets: name };
}

/** Does the work; an error of it is one of the file at `place`. */
export async function inWords<T>(place: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new InputError(`${place}: ${messageOf(error)}`, { cause: error });
  }
}
