/** A model on disk whose weights are read one tensor at a time: to write it again, it need not fit in memory. */
import { join, resolve } from "node:path";
import { openGgufModel } from "../src/formats/ggufModel.ts";
import { openModelFolder, type OpenedFolder } from "../src/formats/modelFolder.ts";
import { fileSource } from "./fileSource.ts";
import { InputError, messageOf } from "./inputError.ts";
import { isGgufFile, listFolder, modelName } from "./modelFile.ts";
import { readText } from "./textFile.ts";

/** An opened model. */
export interface ModelOnDisk extends OpenedFolder {
  readonly name: string;
  /** Absolute path of the folder or of the GGUF file. */
  readonly path: string;
  /** What the run that trained it left beside it, by name. */
  readonly runFiles: ReadonlyMap<string, string>;
}

/** The model card speaks of them. */
const RUN_FILES = ["run.json", "metrics.csv", "metrics.json"];

/** Opens a model folder, or a file whose name ends with .gguf. */
export async function openModelOnDisk(place: string): Promise<ModelOnDisk> {
  const path = resolve(place);
  try {
    if (isGgufFile(path)) return opened(path, await openGgufModel(fileSource(path)), []);
    const names = listFolder(place);
    const sources = names.map((name) => [name, fileSource(join(place, name))] as const);
    return opened(path, await openModelFolder(new Map(sources)), names);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${place}: ${messageOf(error)}`);
  }
}

function opened(path: string, folder: OpenedFolder, names: readonly string[]): ModelOnDisk {
  const kept = RUN_FILES.filter((name) => names.includes(name));
  const runFiles = new Map(kept.map((name) => [name, readText(join(path, name)).text]));
  return { name: modelName(path), path, runFiles, ...folder };
}
