/** A model on disk whose weights are read one tensor at a time: to write it again, it need not fit in memory. */
import { statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { ByteSource } from "../src/formats/byteSource.ts";
import { openGgufModel } from "../src/formats/ggufModel.ts";
import { openModelFolder, type OpenedFolder } from "../src/formats/modelFolder.ts";
import { InputError, messageOf } from "./inputError.ts";
import { isGgufFile, listFolder, modelName } from "./modelFile.ts";
import { readBytes, readText } from "./textFile.ts";

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

/** Opens a model folder, or a file whose name ends with .gguf (which is small for what it holds, and read whole). */
export async function openModelOnDisk(place: string): Promise<ModelOnDisk> {
  const path = resolve(place);
  try {
    if (isGgufFile(path)) return opened(path, openGgufModel(readBytes(path)), []);
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

/** A file on disk, opened for each read: there are few of them, and nobody would close it. */
export function fileSource(path: string): ByteSource {
  return {
    size: statSync(path).size,
    async read(begin, end) {
      const file = await open(path);
      try {
        return await readPart(file, begin, end, basename(path));
      } finally {
        await file.close();
      }
    },
  };
}

/** Systems read 2 GB at most at once. */
const MOST_AT_ONCE = 2 ** 30;

async function readPart(
  file: FileHandle,
  begin: number,
  end: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - begin);
  for (let at = 0; at < bytes.length;) {
    const most = Math.min(bytes.length - at, MOST_AT_ONCE);
    const { bytesRead } = await file.read(bytes, at, most, begin + at);
    if (bytesRead === 0) throw new InputError(`${name} became shorter while it was read; export again`);
    at += bytesRead;
  }
  return bytes;
}
