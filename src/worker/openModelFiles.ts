/** Opens a model that the user gave: the files of a Hugging Face folder, a zip of it, or a GGUF file. */
import { blobSource } from "../formats/byteSource.ts";
import { isGguf } from "../formats/gguf.ts";
import { openGgufModel } from "../formats/ggufModel.ts";
import {
  folderInMemory,
  openModelFolder,
  readModelFolder,
  type OpenedFolder,
} from "../formats/modelFolder.ts";
import { unzip } from "../formats/zip.ts";
import { fileSize } from "../math/bytes.ts";
import type { ModelPart } from "./protocol.ts";

/** Browsers do not hand over more in one piece. */
const MOST_BYTES = 2 ** 31 - 1;

/** Weights are read when they are asked for, of a file of another kind than a folder's from memory; what is wrong is thrown in words. */
export async function openModelFiles(files: readonly ModelPart[]): Promise<OpenedFolder> {
  const [first, second] = files;
  if (first !== undefined && second === undefined) return openSingle(first.blob);
  const sources = files.map(({ path, blob }) => [path, blobSource(blob)] as const);
  return openModelFolder(new Map(sources));
}

async function openSingle(file: Blob): Promise<OpenedFolder> {
  if (file.size > MOST_BYTES) {
    throw new Error(
      `the model's file has ${fileSize(file.size)}, and up to 2.1 GB are read: choose a smaller model`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  return isGguf(bytes) ? openGgufModel(bytes) : folderInMemory(readModelFolder(unzip(bytes)));
}
