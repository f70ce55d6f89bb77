/** LoRA adapters on disk, in PEFT's format. */
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
import { atPlace, InputError, messageOf } from "../inputError.ts";
import { loadModelFile } from "./hubModel.ts";
import { languageModelOf, type ModelFile } from "./modelFile.ts";
import { readBytes, sha256 } from "../files/textFile.ts";

/** An adapter that was read. */
export interface AdapterFile {
  /** Absolute path of the folder. */
  readonly path: string;
  readonly content: PeftAdapter;
  /** SHA-256 of its files, concatenated. */
  readonly sha256: string;
}

/** Reads an adapter. Errors name the folder. */
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

/** A model as named on the command line. */
export interface ModelSource {
  readonly model: string;
  /** Cache folder for models of a Hub. */
  readonly cache?: string;
  /** Folder of an adapter to merge into the model. */
  readonly adapter?: string;
}

/** Opens a model and merges the adapter, if one is named, into its weights. */
export async function openMergedModel({ model, cache, adapter: folder }: ModelSource): Promise<ModelFile> {
  const file = await loadModelFile(model, cache);
  if (folder === undefined) return file;
  const { content } = readAdapterFile(folder);
  const adapter = await atPlace(folder, () => adapterFromPeft(languageModelOf(file).config, content, 0));
  const read = async (name: string): Promise<Float32Array> =>
    mergedWeight(name, await readWeight(file.weights, name), adapter).data;
  return { ...file, weights: { shapes: file.weights.shapes, read } };
}

/** Returns the settings of a run that continues an adapter: its rank, alpha, dropout and target modules. */
export function adapterSettings({ path, content }: AdapterFile): Partial<TtrlConfig> {
  const { rank, alpha, dropout, targets } = content;
  const ordered = TARGET_MODULES.filter((module) => targets.includes(module));
  const name = targetModulesName(ordered);
  if (name === null || ordered.length !== targets.length) {
    throw new InputError(
      `${path}: the adapter's target modules are ${targets.join(", ")}; a run trains adapters of all seven matrices of a layer, the four of its attention, or q_proj and v_proj`,
    );
  }
  return { trainable: "lora", loraRank: rank, loraAlpha: alpha, loraDropout: dropout, loraTargets: name };
}
