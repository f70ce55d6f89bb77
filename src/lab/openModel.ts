/** Opens a model that the user gave: the files of a Hugging Face folder, a zip of it, or a GGUF file. */
import { blobSource } from "../formats/byteSource.ts";
import { isGguf } from "../formats/gguf/gguf.ts";
import { openGgufModel } from "../formats/gguf/ggufModel.ts";
import {
  folderInMemory,
  openModelFolder,
  readModelFolder,
  type OpenedFolder,
} from "../formats/huggingface/modelFolder.ts";
import { unzip } from "../formats/zip/zip.ts";
import { fileSize } from "../math/bytes.ts";
import type { ModelPart } from "../worker/protocol.ts";

/** Browsers do not hand over more in one piece. */
const MOST_BYTES = 2 ** 31 - 1;

/** Weights stay in their files until they are asked for, those of a zip in memory; what is wrong is thrown in words. */
export async function openModelFiles(files: readonly ModelPart[]): Promise<OpenedFolder> {
  const [first, second] = files;
  if (first !== undefined && second === undefined) return openSingle(first.blob);
  const sources = files.map(({ path, blob }) => [path, blobSource(blob)] as const);
  return openModelFolder(new Map(sources));
}

async function openSingle(file: Blob): Promise<OpenedFolder> {
  const source = blobSource(file);
  if (await isGguf(source)) return openGgufModel(source);
  if (file.size > MOST_BYTES) {
    throw new Error(
      `the model's file has ${fileSize(file.size)}, and zips up to 2.1 GB are read: unpack it and choose its folder`,
    );
  }
  return folderInMemory(readModelFolder(unzip(await source.read(0, file.size))));
}
